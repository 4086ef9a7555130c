// Initial and present state side by side: both may be typed over, at any time.

const STYLE = `
:host { display: block; width: 100%; }
.panel { padding: 4px 12px; font: 400 calc(clamp(14px, 0.45vw + 8px, 18px) * var(--phasescope-scale, 1)) system-ui, sans-serif; }
.grid { display: grid; grid-template-columns: minmax(2.2em, 1fr) minmax(0, 6.6em) minmax(0, 7.4em); gap: 5px 8px; align-items: center; }
.head { font-size: .88em; opacity: .75; text-align: right; }
.name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.name small { font-weight: 400; opacity: .68; font-size: .88em; margin-left: 6px; }
input { width: 100%; box-sizing: border-box; height: calc(28px * var(--phasescope-scale, 1)); padding: 0 6px; font: inherit; color: inherit;
  font-variant-numeric: tabular-nums; text-align: right; background: transparent; border-radius: 7px;
  border: 1px solid color-mix(in srgb, currentColor 26%, transparent); }
input.present { border-style: dashed; border-color: color-mix(in srgb, #e69f00 75%, transparent); }
input[aria-invalid=true] { border-color: #d55e00; border-style: solid; }
.error { grid-column: 1 / -1; margin: 0; padding: 0 0 0 8px; border: 0; border-left: 3px solid #d55e00; background: none;
  color: color-mix(in srgb, #d55e00 70%, currentColor); font-size: .9em; line-height: 1.35; }
.error:empty { display: none; }
.orders { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
button { height: calc(30px * var(--phasescope-scale, 1)); padding: 0 10px; border-radius: 8px; font: inherit; color: inherit; cursor: pointer; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); }
button:hover { background: color-mix(in srgb, currentColor 9%, transparent); }
:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
`

function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) { element.setAttribute(name, value) }
  element.append(...children)
  return element
}

const short = (value) => String(Number(Number(value).toPrecision(6)))

// A number as people type it: with a decimal comma too.
function parse(text) {
  const plain = text.trim().replace(/^([-+]?\d*),(\d+)$/, "$1.$2")
  const value = plain === "" ? NaN : Number(plain)
  return Number.isFinite(value) ? value : null
}

// One exact number that follows `show`, except while it is typed over.
function field(label, kind, send) {
  const input = make("input", {type: "text", inputmode: "decimal", autocomplete: "off", role: "spinbutton", "aria-label": label, class: kind})
  let value = null
  let typed = false
  let complain = () => {}
  const settle = () => {
    typed = false
    if (value !== null) { input.value = short(value) }
  }
  input.addEventListener("focus", () => { if (value !== null) { input.value = String(value); input.select() } })
  input.addEventListener("input", () => { typed = true })
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { complain(""); settle(); input.blur() }
  })
  input.addEventListener("change", () => {
    const asked = parse(input.value)
    complain(asked === null ? `${label}: \u201c${input.value}\u201d is not a number` : "")
    if (asked === null) { return }
    value = asked
    typed = false
    send(asked)
    input.select()
  })
  input.addEventListener("blur", () => { if (input.getAttribute("aria-invalid") !== "true") { settle() } })
  return {
    input,
    heed(listener) { complain = listener },
    show(news) {
      value = news
      sayValue(input, Number(news))
      const focused = input.getRootNode().activeElement === input
      if (!typed && !focused) { input.value = short(news) }
    },
  }
}

export function render({model, el}) {
  const panel = make("div", {class: "panel"})
  const grid = make("div", {class: "grid"})
  const send = (order, name = "", value = null) => model.send_msg({do: order, name, value})
  const jump = make("button", {type: "button", title: "Put the running orbit at the initial state"}, "Jump there")
  const keep = make("button", {type: "button", title: "Take the present state for the initial state"}, "Keep as initial")
  jump.addEventListener("click", () => send("jump"))
  keep.addEventListener("click", () => send("keep"))
  panel.append(grid, make("div", {class: "orders"}, jump, keep))
  el.append(make("style", {}, STYLE), panel)
  const rows = new Map()

  function row(state) {
    const note = [state.label, state.unit && `[${state.unit}]`].filter(Boolean).join(" ")
    const name = make("span", {class: "name", title: state.label || state.name}, state.name, make("small", {}, note))
    const error = make("span", {class: "error", role: "alert"})
    const initial = field(`${state.name}(0)`, "initial", (value) => send("initial", state.name, value))
    const present = field(`${state.name} now`, "present", (value) => send("present", state.name, value))
    const refused = {initial: "", present: ""}
    const unread = {initial: "", present: ""}
    const fields = {initial, present}
    const explain = () => {
      const texts = []
      for (const kind of ["initial", "present"]) {
        const text = unread[kind] || refused[kind]
        fields[kind].input.setAttribute("aria-invalid", String(text !== ""))
        if (text) { texts.push(text) }
      }
      error.textContent = texts.join("; ")
    }
    for (const kind of ["initial", "present"]) {
      fields[kind].heed((text) => { unread[kind] = text; explain() })
    }
    rows.set(state.name, {
      initial, present,
      refuse(texts) { Object.assign(refused, texts); explain() },
    })
    return [name, initial.input, present.input, error]
  }

  function build() {
    rows.clear()
    const head = [make("span", {}), make("span", {class: "head"}, "initial"), make("span", {class: "head"}, "now")]
    grid.replaceChildren(...head, ...model.states.flatMap(row))
    showInitial()
    showPresent()
  }

  function showInitial() {
    for (const [name, {initial, refuse}] of rows) {
      if (name in model.initial) { initial.show(model.initial[name]) }
      const messages = model.messages
      refuse({initial: messages[`${name}(0)`] ?? "", present: messages[name] ?? ""})
    }
  }

  function showPresent() {
    for (const [name, {present}] of rows) {
      if (name in model.present) { present.show(model.present[name]) }
    }
  }

  // Present values are sent only while they can be seen.
  let seen = false
  const sight = new IntersectionObserver((entries) => {
    const now = entries[entries.length - 1].isIntersecting
    if (now !== seen) { seen = now; send("watch", "", now) }
  })
  sight.observe(panel)
  model.on("states", build)
  model.on(["initial", "messages"], showInitial)
  model.on("present", showPresent)
  model.on("remove", () => sight.disconnect())
  build()
}
