// Observers with their arguments: a list to add from, and for each a title, fields and a way out.

const STYLE = `
.panel { font: inherit; padding: 2px 12px 8px; display: grid; gap: 8px; }
.add { display: grid; grid-template-columns: 1fr auto; gap: 6px; align-items: end; }
.meaning { grid-column: 1 / -1; opacity: .78; font-size: .88em; line-height: 1.35; }
.one { border: 1px solid color-mix(in srgb, currentColor 22%, transparent); border-radius: 6px; padding: 6px 8px; }
.one header { display: flex; gap: 6px; align-items: baseline; }
.one strong { flex: 1; font-weight: 600; overflow-wrap: anywhere; }
.one strong::first-letter { text-transform: uppercase; }
.one small { opacity: .75; overflow-wrap: anywhere; }
details { margin-top: 4px; }
summary { cursor: pointer; font-size: .9em; opacity: .85; }
.field { display: grid; grid-template-columns: minmax(70px, 38%) 1fr; gap: 2px 8px; align-items: center; margin-top: 4px; }
.field .error, .one > .error, .add .error { grid-column: 1 / -1; }
input, select, button { font: inherit; color: inherit; background: color-mix(in srgb, currentColor 5%, transparent);
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); border-radius: 4px; padding: 3px 6px; min-width: 0; width: 100%; box-sizing: border-box; min-height: 26px; }
option { color: CanvasText; background: Canvas; }
input[type=checkbox] { width: 18px; min-height: 18px; }
input[aria-invalid=true] { border-color: #d55e00; }
button { width: auto; cursor: pointer; padding: 3px 9px; }
button:hover { background: color-mix(in srgb, currentColor 12%, transparent); }
:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
.error { margin: 3px 0 0; padding-left: 8px; border-left: 3px solid #d55e00; font-size: .9em; line-height: 1.35;
  color: color-mix(in srgb, #d55e00 70%, currentColor); overflow-wrap: anywhere; }
.error:empty { display: none; }
`

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

function alert() {
  const error = make("div", {className: "error"})
  error.setAttribute("role", "alert")
  return error
}

export function render({model, el}) {
  const places = new Map()
  const box = make("div", {className: "panel"})
  el.append(make("style", {textContent: STYLE}), box)

  const chooser = make("select", {})
  chooser.setAttribute("aria-label", "Observer to add")
  const plus = make("button", {type: "button", textContent: "Add"})
  plus.setAttribute("aria-label", "Add observer")
  const meaning = make("div", {className: "meaning"})
  const refused = alert()
  plus.onclick = () => model.send_msg({do: "add", value: chooser.value})
  chooser.onchange = explain
  const anew = make("button", {type: "button", textContent: "Measure anew"})
  anew.setAttribute("aria-label", "Restart all observers")
  anew.title = "Let every observer forget what it has measured so far"
  anew.onclick = () => model.send_msg({do: "restart"})
  const list = make("div", {style: "display: grid; gap: 8px"})
  box.append(make("div", {className: "add"}, chooser, plus, meaning, refused), list, anew)

  function explain() {
    const found = model.known.find(([name]) => name === chooser.value)
    meaning.textContent = found ? found[1] : ""
  }

  function offer() {
    const held = chooser.value
    chooser.replaceChildren(...model.known.map(([name, , suggested]) =>
      new Option(name.replaceAll("_", " ") + (suggested ? " (suggested)" : ""), name)))
    if (model.known.some(([name]) => name === held)) { chooser.value = held }
    explain()
  }

  // Only what has changed is built anew, so that the focus and what is being typed stay.
  function show() {
    const keys = new Set(model.observers.map((one) => one.key))
    for (const [key, place] of places) {
      if (!keys.has(key)) { place.element.remove(); places.delete(key) }
    }
    for (const one of model.observers) {
      const shape = JSON.stringify([one.name, one.fields.map((field) => field.name)])
      let place = places.get(one.key)
      if (!place || place.shape !== shape) {
        place?.element.remove()
        place = {...makeObserver(one, (order) => model.send_msg({key: one.key, ...order})), shape}
        places.set(one.key, place)
      }
      if (list.children[model.observers.indexOf(one)] !== place.element) { list.append(place.element) }
      place.show(one, model.messages)
    }
    anew.hidden = model.observers.length === 0
    const words = model.messages.add ?? ""
    if (refused.textContent !== words) { refused.textContent = words }
  }

  model.on("known", offer)
  model.on(["observers", "messages"], show)
  offer()
  show()
}

function makeObserver(one, send) {
  const title = make("strong", {})
  const out = make("button", {type: "button", textContent: "\u00d7", title: "Measure this no longer"})
  out.setAttribute("aria-label", `Remove observer ${one.key}`)
  out.onclick = () => send({do: "remove"})
  const error = alert()
  const fields = one.fields.map((field) => makeField(one.key, field, (value) => send({do: "change", argument: field.name, value})))
  const more = make("details", {open: one.fields.some((field) => field.kind === "expression" && field.name !== "phase")},
    make("summary", {textContent: "Arguments"}), ...fields.map((field) => field.element))
  const element = make("section", {className: "one"},
    make("header", {}, title, make("small", {textContent: one.key}), out), error, ...(fields.length ? [more] : []))
  element.setAttribute("aria-label", `Observer ${one.key}`)
  return {
    element,
    show(next, messages) {
      title.textContent = next.title
      const words = messages[next.key] ?? ""
      if (error.textContent !== words) { error.textContent = words }
      next.fields.forEach((field, place) => fields[place].show(field, messages[`${next.key}.${field.name}`] ?? ""))
    },
  }
}

function makeField(key, field, send) {
  const label = make("label", {textContent: field.name.replaceAll("_", " "), title: field.help})
  const error = alert()
  let input = null
  if (field.kind === "choice") {
    input = make("select", {}, ...field.choices.map((choice) => new Option(choice, choice)))
    input.onchange = () => send(input.value)
  } else if (field.kind === "flag") {
    input = make("input", {type: "checkbox"})
    input.onchange = () => send(input.checked)
  } else {
    input = make("input", {type: "text", autocomplete: "off", spellcheck: false})
    input.onchange = () => send(input.value)
    input.onkeydown = (event) => { if (event.key === "Escape") { input.value = effective; input.blur() } }
  }
  let effective = field.value
  input.setAttribute("aria-label", `${field.name.replaceAll("_", " ")} of ${key}`)
  input.title = field.help
  input.placeholder = field.kind === "text" || field.kind === "expression" ? "default" : ""
  return {
    element: make("div", {className: "field"}, label, input, error),
    show(next, words) {
      const changed = next.value !== effective
      effective = next.value
      if (field.kind === "flag") { input.checked = next.value } else if (!words && (changed || !input.matches(":focus"))) { input.value = next.value }
      input.setAttribute("aria-invalid", String(words !== ""))
      if (error.textContent !== words) { error.textContent = words }
    },
  }
}
