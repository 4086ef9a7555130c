// The value of a field as readers of the screen are told it: a number without an exponent is what
// they take, the text is what they say.

function sayValue(field, value) {
  const text = String(value)
  const plain = Number.isFinite(value) ? text : "0"
  const digits = plain.includes("e") ? value.toLocaleString("en-US", {useGrouping: false, maximumSignificantDigits: 17}) : plain
  field.setAttribute("aria-valuenow", digits)
  if (digits === text) { field.removeAttribute("aria-valuetext") } else { field.setAttribute("aria-valuetext", text) }
}
