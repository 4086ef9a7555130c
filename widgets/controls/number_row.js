// One named number: a slider, where it has a range, and a field for its exact value.
//
// A slider acts while it is dragged, at most once per picture of the page.

const ROW_STYLE = `
:host { display: block; width: 100%; }
.list { display: grid; gap: 8px; padding: 4px 12px; font: 400 calc(clamp(14px, 0.45vw + 8px, 18px) * var(--phasescope-scale, 1)) system-ui, sans-serif; }
.field { display: grid; grid-template-columns: minmax(0, 1fr) calc(84px * var(--phasescope-scale, 1)) 24px; gap: 0 8px; align-items: center; }
.field.sliding .head { grid-column: 1 / -1; }
.head { display: flex; align-items: center; min-width: 0; }
.name { flex: 1; min-width: 0; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.name small { font-weight: 400; opacity: .72; font-size: .88em; margin-left: 6px; }
input.exact { width: 100%; box-sizing: border-box; height: calc(28px * var(--phasescope-scale, 1)); padding: 0 6px; font: inherit; color: inherit;
  font-variant-numeric: tabular-nums; text-align: right; background: transparent; border-radius: 7px;
  border: 1px solid color-mix(in srgb, currentColor 26%, transparent); }
input[aria-invalid=true] { border-color: #d55e00; }
.back { width: 24px; height: calc(26px * var(--phasescope-scale, 1)); padding: 0; border: 0; border-radius: 7px; background: transparent; color: inherit;
  font: inherit; font-size: 1.15em; line-height: 1; cursor: pointer; opacity: .7; }
.back:hover { background: color-mix(in srgb, currentColor 10%, transparent); opacity: 1; }
.back:disabled { visibility: hidden; }
:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
.error { grid-column: 1 / -1; margin: 3px 0 4px; padding: 0 0 0 8px; border: 0; border-left: 3px solid #d55e00;
  background: none; color: color-mix(in srgb, #d55e00 70%, currentColor); font-size: .9em; line-height: 1.35; }
.error:empty { display: none; }
input[type=range] { appearance: none; width: 100%; height: calc(24px * var(--phasescope-scale, 1)); margin: 0; background: transparent; cursor: pointer;
  touch-action: pan-y; }
input[type=range]::-webkit-slider-runnable-track { height: 4px; border-radius: 2px;
  background: linear-gradient(to right, var(--accent, #0072b2) var(--part), color-mix(in srgb, currentColor 22%, transparent) var(--part)); }
input[type=range]::-moz-range-track { height: 4px; border-radius: 2px; background: color-mix(in srgb, currentColor 22%, transparent); }
input[type=range]::-moz-range-progress { height: 4px; border-radius: 2px; background: var(--accent, #0072b2); }
input[type=range]::-webkit-slider-thumb { appearance: none; width: 18px; height: 18px; margin-top: -7px; border-radius: 50%;
  background: var(--accent, #0072b2); border: 2px solid Canvas; box-shadow: 0 0 0 1px color-mix(in srgb, currentColor 25%, transparent); }
input[type=range]::-moz-range-thumb { width: 15px; height: 15px; border-radius: 50%; background: var(--accent, #0072b2); border: 2px solid Canvas; }
.locked input[type=range] { opacity: .45; cursor: not-allowed; }
@media (pointer: coarse) {
  input.exact { height: calc(36px * var(--phasescope-scale, 1)); } input[type=range] { height: calc(36px * var(--phasescope-scale, 1)); }
  input[type=range]::-webkit-slider-thumb { width: 26px; height: calc(26px * var(--phasescope-scale, 1)); margin-top: -11px; }
}
`

// How long news of earlier edits may be under way.
const NEWS_MS = 1500
// Steps of a slider that one press of a key moves it: of the keys' page, with and without modifiers.
const LARGE = 10, SMALL = 0.1
const ARROWS = {ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1}
const PAGES = {PageUp: LARGE, PageDown: -LARGE}

// Return a function that sends the latest value of each name, once per picture.
function sender(model) {
  const changed = new Map()
  let pending = 0
  function flush() {
    for (const [name, value] of changed) { model.send_msg({name, value}) }
    changed.clear()
    pending = requestAnimationFrame(() => {
      pending = 0
      if (changed.size) { flush() }
    })
  }
  return (name, value) => {
    changed.set(name, value)
    if (!pending) { flush() }
  }
}

// Give the sliders the accent that stands out from the page's ground, now and when it changes.
function accented(model, el, list) {
  const colour = () => {
    const channels = getComputedStyle(el).color.match(/[\d.]+/g).map(Number)
    list.style.setProperty("--accent", channels[0] + channels[1] + channels[2] > 382 ? "#56b4e9" : "#0072b2")
  }
  const themed = new MutationObserver(() => setTimeout(colour, 60))
  themed.observe(document.documentElement, {attributes: true})
  themed.observe(document.body, {attributes: true})
  model.on("remove", () => themed.disconnect())
  requestAnimationFrame(colour)
}

function make(tag, properties = {}, label = "") {
  const element = Object.assign(document.createElement(tag), properties)
  if (label) { element.setAttribute("aria-label", label) }
  return element
}

// A number field would drop a decimal comma without a word.
function numberInput(label) {
  const input = make("input", {type: "text", inputMode: "decimal", autocomplete: "off", className: "exact"}, label)
  input.setAttribute("role", "spinbutton")
  return input
}

function makeRow(given, send) {
  let field = given
  const element = make("div", {className: field.slider ? "field sliding" : "field"})
  const head = make("div", {className: "head"})
  const name = make("span", {className: "name", textContent: field.name, title: field.label || field.name})
  name.append(make("small", {textContent: [field.label, field.unit && `[${field.unit}]`].filter(Boolean).join(" ")}))
  head.append(name)
  const exact = numberInput(field.slider ? `${field.name}, exact value` : field.name)
  const back = make("button", {type: "button", className: "back", textContent: "\u21ba", title: `Back to ${field.default}`},
    `Put ${field.name} back to its default`)
  const error = make("span", {className: "error"})
  error.setAttribute("role", "alert")
  const slider = field.slider ? make("input", {type: "range"}, field.name) : null
  element.append(head, ...(slider ? [slider] : []), exact, back, error)

  let effective = field.default   // the value in effect
  let asked = field.default       // what the reader asked for last
  let askedAt = -Infinity         // and when
  let recheck = 0
  let unread = ""                 // why what was typed is no number
  let refused = ""                // what the engine has against it

  const isLog = () => field.scale === "log"
  const toSlider = (value) => isLog() ? Math.log10(value) : value
  const fromSlider = (position) => isLog() ? Number((10 ** position).toPrecision(4)) : position

  function range() {
    if (!slider) { return }
    slider.min = toSlider(field.min)
    slider.max = toSlider(field.max)
    slider.step = isLog() ? "any" : field.step
    place(asked)
  }

  function mark(value) {
    sayValue(exact, value)
    back.disabled = value === field.default && error.textContent === ""
    if (!slider) { return }
    slider.setAttribute("aria-valuetext", String(value))
    const part = (toSlider(value) - slider.min) / (slider.max - slider.min)
    slider.style.setProperty("--part", `${100 * Math.min(1, Math.max(0, part))}%`)
  }

  function explain() {
    const text = unread ? `${unread}; it is still ${effective}` : refused
    if (error.textContent !== text) { error.textContent = text }
    exact.setAttribute("aria-invalid", String(text !== ""))
    mark(asked)
  }

  // A value beyond the slider's range widens the range until one within it comes.
  function place(value) {
    if (slider && !(isLog() && value <= 0)) {
      const position = toSlider(value)
      const low = toSlider(field.min), high = toSlider(field.max)
      const within = low <= position && position <= high
      slider.min = within ? low : Math.min(Number(slider.min), position)
      slider.max = within ? high : Math.max(Number(slider.max), position)
      slider.step = isLog() || !onGrid(position, slider, field.step) ? "any" : field.step
      slider.value = position
    }
    mark(value)
  }

  function ask(value) {
    unread = ""
    if (field.locked) {
      // The answer says why; until then nothing looks as if it had moved.
      restore()
    } else {
      asked = value
      askedAt = performance.now()
      place(value)
    }
    explain()
    send(field.name, value)
  }

  if (slider) {
    slider.addEventListener("input", () => {
      const value = fromSlider(Number(slider.value))
      if (field.locked) { ask(value); return }
      exact.value = short(value)
      asked = value
      askedAt = performance.now()
      unread = ""
      explain()
      send(field.name, value)
    })
    slider.addEventListener("keydown", (event) => nudge(event, true))
  }
  exact.addEventListener("keydown", (event) => nudge(event, false))

  // Arrows move by a step, ten with Shift, a tenth with Alt or Ctrl; Home and End to the slider's ends.
  function nudge(event, sliding) {
    if (event.metaKey) { return }
    const arrow = sliding || !event.key.match(/Left|Right/) ? ARROWS[event.key] ?? PAGES[event.key] : undefined
    let value = null
    if (arrow !== undefined) {
      const factor = event.shiftKey ? LARGE : event.altKey || event.ctrlKey ? SMALL : 1
      value = nudged(field, sliding || unread === "" ? current() : asked, arrow * factor)
      if (field.slider && value !== null) {
        const low = Math.min(field.min, asked), high = Math.max(field.max, asked)
        value = Math.min(Math.max(value, low), high)
      }
    } else if (sliding && event.key === "Home") {
      value = field.min
    } else if (sliding && event.key === "End") {
      value = field.max
    }
    if (value === null) { return }
    event.preventDefault()
    ask(value)
    if (!field.locked) { exact.value = short(value) }
  }

  const current = () => asked

  exact.addEventListener("change", () => {
    const value = parse(exact.value)
    if (value !== null) { ask(value); return }
    unread = `\u201c${exact.value}\u201d is not a number`
    explain()
  })
  exact.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { unread = ""; exact.value = String(effective); explain() }
  })
  back.addEventListener("click", () => { exact.value = short(field.default); ask(field.default) })
  exact.addEventListener("focus", () => {
    if (exact.value === String(asked)) { return }
    exact.value = String(asked)
    exact.select()
  })
  exact.addEventListener("blur", () => { if (error.textContent === "") { exact.value = short(asked) } else { restore() } })

  // What was refused does not stay as if it were in effect; the message still names it.
  function restore() {
    asked = effective
    askedAt = -Infinity
    exact.value = short(effective)
    place(effective)
  }

  range()
  const busy = (control) => control !== null && control.matches(":active")
  return {
    element,
    head,
    configure(next) {
      field = next
      element.classList.toggle("locked", Boolean(field.locked))
      back.title = `Back to ${field.default}`
      range()
      explain()
    },
    // What moves by itself is shown where it is, whatever was asked for before.
    follow() { askedAt = -Infinity },
    show(value) {
      effective = value
      if (busy(slider) && !field.locked) { return }
      // News of an earlier edit may still come: what was asked for last stands until its own.
      const wait = askedAt + NEWS_MS - performance.now()
      clearTimeout(recheck)
      if (value !== asked && wait > 0) {
        recheck = setTimeout(() => this.show(effective), wait + 1)
        return
      }
      asked = value
      askedAt = -Infinity
      if (!exact.matches(":focus")) { exact.value = short(value) }
      place(value)
      explain()
    },
    complain(text) {
      refused = text
      explain()
      if (text !== "" && !exact.matches(":focus")) { restore() }
    },
  }
}

// Return a value some steps away: by equal factors on a log scale, through 1, 2, 5 without a slider.
function nudged(field, value, steps) {
  const round = (number) => Number(number.toPrecision(12))
  if (field.scale !== "log") {
    return round(value + steps * (field.step ?? 10 ** (Math.floor(Math.log10(Math.abs(value) || 1)) - 1)))
  }
  if (!(value > 0)) { return null }
  if (field.slider) { return round(value * (field.max / field.min) ** (steps / 100)) }
  if (Math.abs(steps) >= LARGE) { return round(value * 10 ** Math.sign(steps)) }
  if (Math.abs(steps) < 1) { return round(value * 10 ** (Math.sign(steps) / 50)) }
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9)
  const places = [0.1, 0.2, 0.5, 1, 2, 5, 10].map((place) => place * decade)
  const next = steps > 0
    ? places.find((place) => place > value * (1 + 1e-9))
    : places.findLast((place) => place < value * (1 - 1e-9))
  return round(next)
}

// A decimal comma is a point; null where there is no number.
function parse(text) {
  const plain = text.trim().replace("\u2212", "-").replace(/^([+-]?\d*),(\d+)(e[+-]?\d+)?$/i, "$1.$2$3")
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) { return null }
  const value = Number(plain)
  return Number.isFinite(value) ? value : null
}

// What is shown while nobody edits it; the exact value appears on focus.
function short(value) {
  const rounded = Number(value.toPrecision(6))
  const power = rounded.toExponential().replace("e+", "e")
  return String(rounded).length > 7 && power.length < String(rounded).length ? power : String(rounded)
}

function onGrid(value, slider, step) {
  const steps = (value - Number(slider.min)) / step
  return Math.abs(steps - Math.round(steps)) < 1e-6
}
