// Controls of a plot's head, and what was wrong with what was typed into them.

let lists = 0

function makeControl(spec, colours, send) {
  if (spec.kind === "button" || spec.kind === "toggle") { return makeButton(spec, colours, send) }
  const label = document.createElement("label")
  const caption = document.createElement("span")
  caption.textContent = spec.caption ?? ""
  const field = document.createElement(spec.kind === "select" ? "select" : "input")
  field.dataset.name = spec.name
  field.setAttribute("aria-label", spec.label)
  label.append(caption, field)
  if (spec.kind === "select") {
    for (const [value, text] of spec.options) { field.add(new Option(text, value, false, value === spec.value)) }
    field.onchange = () => send(spec.name, field.value)
  } else if (spec.kind === "number") {
    Object.assign(field, {type: "number", min: spec.min ?? "", max: spec.max ?? "", step: "any", value: spec.value})
    field.onchange = () => {
      if (field.validity.valid && field.value !== "") { send(spec.name, Number(field.value)) } else { field.value = spec.value }
    }
  } else {
    dressText(field, label, spec, send)
  }
  return label
}

// An expression: Enter, leaving the field or choosing a suggestion sends it, Escape takes it back.
function dressText(field, label, spec, send) {
  Object.assign(field, {type: "text", value: spec.value, spellcheck: false, autocomplete: "off", size: Math.max(5, Math.min(24, String(spec.value).length + (spec.options?.length ? 4 : 1)))})
  field.setAttribute("autocapitalize", "off")
  if (spec.options?.length) {
    const list = document.createElement("datalist")
    list.id = `suggestions-${lists += 1}`
    for (const option of spec.options) {
      const [value, text] = Array.isArray(option) ? option : [option, option]
      list.append(new Option(text, value))
    }
    field.setAttribute("list", list.id)
    // A field that has something in it suggests only what begins like it: emptied, it shows all.
    label.append(list)
  }
  let sent = field.value
  const commit = () => {
    if (field.value === sent) { return }
    sent = field.value
    send(spec.name, sent)
  }
  field.onchange = commit
  field.onkeydown = (event) => {
    event.stopPropagation()
    if (event.key === "Enter") { commit() }
    if (event.key === "Escape") { field.value = sent = spec.value; send(spec.name, spec.value) }
  }
}

function makeButton(spec, colours, send) {
  const button = document.createElement("button")
  button.type = "button"
  button.textContent = spec.caption
  button.dataset.name = spec.name
  button.setAttribute("aria-label", spec.label)
  if (spec.kind === "toggle") {
    button.setAttribute("aria-pressed", String(spec.value))
    button.style.setProperty("--swatch", colours.series[(spec.color ?? 0) % colours.series.length])
  }
  button.onclick = () => send(spec.name, !spec.value)
  return button
}

// What was refused stands at the control where it was asked for, until something else is accepted.
function showRefused(head, refused) {
  for (const old of head.querySelectorAll(".refused")) { old.remove() }
  for (const field of head.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid")
    field.removeAttribute("aria-describedby")
  }
  for (const [name, {words, value}] of Object.entries(refused)) {
    const field = head.querySelector(`[data-name="${CSS.escape(name)}"]`)
    const note = document.createElement("span")
    note.className = "refused"
    note.setAttribute("role", "alert")
    note.textContent = words
    if (field) {
      note.id = `refused-${lists += 1}`
      field.setAttribute("aria-invalid", "true")
      field.setAttribute("aria-describedby", note.id)
      if (field.matches("input") && value !== undefined && field.getRootNode().activeElement !== field) { field.value = value }
    }
    head.append(note)
  }
}
