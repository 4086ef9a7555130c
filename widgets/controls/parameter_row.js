// What a parameter has besides its value: it moves by itself, is locked, pinned, and has a range.

const TOOL_STYLE = `
.tools { display: flex; flex: none; gap: 1px; margin-left: 6px; }
.tool { width: 27px; height: calc(25px * var(--phasescope-scale, 1)); padding: 0; display: grid; place-items: center; border: 0; border-radius: 7px;
  background: transparent; color: inherit; opacity: .62; cursor: pointer; }
.tool:hover, .tool:focus-visible, .tool[aria-pressed=true], .tool[aria-expanded=true] { opacity: 1; }
.tool:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
.tool[aria-pressed=true] { color: var(--accent); background: color-mix(in srgb, var(--accent) 18%, transparent); }
.tool svg { width: 15px; height: 15px; fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.drawer { grid-column: 1 / -1; display: grid; grid-template-columns: 1fr 1fr; gap: 6px 10px; margin: 4px 0 8px; padding: 8px 0 8px 10px;
  border-left: 2px solid color-mix(in srgb, currentColor 20%, transparent); font-size: .9em; }
.drawer[hidden] { display: none; }
.drawer label { display: grid; gap: 2px; min-width: 0; }
.drawer label span { opacity: .75; font-size: .92em; }
.drawer h4 { grid-column: 1 / -1; margin: 4px 0 -2px; font: inherit; font-weight: 600; }
.drawer select, .find { font: inherit; color: inherit; width: 100%; height: calc(28px * var(--phasescope-scale, 1)); box-sizing: border-box; padding: 0 6px; border-radius: 7px;
  background: transparent; border: 1px solid color-mix(in srgb, currentColor 26%, transparent); }
.drawer option { color: CanvasText; background: Canvas; }
.find { height: calc(32px * var(--phasescope-scale, 1)); padding: 0 10px; }
.none { opacity: .75; }
@media (pointer: coarse) { .tool { width: 36px; height: calc(36px * var(--phasescope-scale, 1)); } .drawer select, .drawer input.exact { height: calc(36px * var(--phasescope-scale, 1)); } }
`

const ICONS = {
  move: "M3 8c2-7 3-7 5 0s3 7 5 0",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  pin: "M8 10v4M5 2.5h6M6 2.5v3.5L4 10h8l-2-4V2.5",
  more: "M3 4.5h10M3 8h10M3 11.5h10M6 3.2v2.6M10 6.7v2.6M5 10.2v2.6",
}

function icon(name) {
  const template = document.createElement("template")
  template.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[name]}"/></svg>`
  return template.content
}

function tool(name, label, act) {
  const button = make("button", {type: "button", className: "tool", title: label}, label)
  button.append(icon(name))
  button.addEventListener("click", act)
  return button
}

// Give a row its tools; `tell` sends what the reader does with them.
function equip(row, given, tell) {
  let field = given
  const name = field.name
  const move = tool("move", `Move ${name}`, () => { row.follow(); tell({name, move: !field.moving}) })
  const lock = tool("lock", `Lock ${name}`, () => tell({name, lock: !field.locked}))
  const pin = tool("pin", `Pin ${name}`, () => tell({name, set: {pinned: !field.pinned}}))
  const more = tool("more", `Range and motion of ${name}`, () => {
    drawer.hidden = !drawer.hidden
    more.setAttribute("aria-expanded", String(!drawer.hidden))
  })
  more.setAttribute("aria-expanded", "false")
  const tools = make("span", {className: "tools"})
  tools.append(move, lock, ...(field.pinnable ? [pin] : []), more)
  row.head.append(tools)

  const drawer = make("div", {className: "drawer", hidden: true})
  drawer.setAttribute("role", "group")
  drawer.setAttribute("aria-label", `Range and motion of ${name}`)
  const inputs = new Map()
  const setRange = (key, value) => tell({name, set: {[key]: value}})
  const setMotion = (key, value) => tell({name, motion: {[key]: value}})

  function labelled(caption, control) {
    const label = make("label")
    const words = make("span", {textContent: caption})
    label.append(words, control)
    drawer.append(label)
    return {label, words}
  }

  function numeral(key, caption, change) {
    const input = numberInput(`${name}, ${caption}`)
    const parts = labelled(caption, input)
    const put = () => {
      const value = parse(input.value)
      if (value === null) { complain(`\u201c${input.value}\u201d is not a number`); input.value = input.dataset.known; return }
      if (String(value) !== input.dataset.known) { change(key, value) }
    }
    input.addEventListener("change", put)
    inputs.set(key, {...parts, show(value) {
      input.dataset.known = String(value)
      sayValue(input, Number(value))
      if (!input.matches(":focus")) { input.value = String(value) }
    }, name(text) { parts.words.textContent = text; input.setAttribute("aria-label", `${name}, ${text}`) }})
    input.addEventListener("blur", () => { input.value = input.dataset.known })
  }

  function choice(key, caption, options, change) {
    const select = make("select", {}, `${name}, ${caption}`)
    select.append(...options.map((text) => new Option(text, text)))
    select.addEventListener("change", () => change(key, select.value))
    inputs.set(key, {...labelled(caption, select), show(value) { select.value = value }})
  }

  numeral("min", "lower end", setRange)
  numeral("max", "upper end", setRange)
  choice("scale", "scale", ["linear", "log"], setRange)
  numeral("step", "step", setRange)
  drawer.append(make("h4", {textContent: "Motion"}))
  choice("kind", "kind of motion", ["ramp", "sine"], setMotion)
  choice("course", "course", ["there and back", "once", "wrap around"], setMotion)
  numeral("first", "from", setMotion)
  numeral("second", "to", setMotion)
  numeral("period", "period", setMotion)
  choice("unit", "unit of the period", ["model time", "seconds"], setMotion)
  row.element.append(drawer)

  const error = make("span", {className: "error"})
  error.setAttribute("role", "alert")
  drawer.append(error)
  function complain(text) { if (error.textContent !== text) { error.textContent = text } }

  function configure(next) {
    field = next
    for (const [button, pressed] of [[move, field.moving], [lock, field.locked], [pin, field.pinned]]) {
      button.setAttribute("aria-pressed", String(Boolean(pressed)))
    }
    if (field.moving) { row.follow() }
    move.title = field.moving ? `${name} moves ${field.moves}` : `Let ${name} move ${field.moves}`
    lock.title = field.locked ? `Unlock ${name}` : `Lock ${name}: nothing changes it by accident`
    pin.title = field.pinned ? `No longer keep ${name} on top` : `Keep ${name} on top`
    const sine = field.motion.kind === "sine"
    for (const key of ["min", "max", "scale", "step"]) { inputs.get(key).show(field[key]) }
    for (const [key, value] of Object.entries(field.motion)) { inputs.get(key)?.show(value) }
    inputs.get("course").label.hidden = sine
    inputs.get("course").label.style.display = sine ? "none" : ""
    inputs.get("first").name(sine ? "centre" : "from")
    inputs.get("second").name(sine ? "amplitude" : "to")
    // What was said of a value that is now another one is no longer true.
    complain(field.refused ?? "")
  }
  configure(given)
  return {configure, pin}
}
