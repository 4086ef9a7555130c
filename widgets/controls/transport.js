// Run control: what moves the run, how fast, and what pauses it by itself.

const STYLE = `
:host { display: block; width: 100%; }
.bar { grid-template-columns: minmax(0, 1fr); font: 500 calc(clamp(14px, 0.4vw + 8.5px, 18px) * var(--phasescope-scale, 1)) system-ui, sans-serif; display: grid; gap: 6px; padding: 4px 8px 2px; }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 5px; }
.gap { flex: 0 0 5px; }
.far { flex: 1 1 10px; }
button { display: inline-flex; align-items: center; gap: 5px; height: calc(32px * var(--phasescope-scale, 1)); padding: 0 8px; border-radius: 8px; font: inherit; color: inherit; cursor: pointer;
  background: transparent; border: 1px solid color-mix(in srgb, currentColor 30%, transparent); white-space: nowrap; }
button:hover { background: color-mix(in srgb, currentColor 9%, transparent); }
button.main { color: var(--accent); border-color: color-mix(in srgb, var(--accent) 60%, transparent); font-weight: 600; }
button[aria-pressed=true], button.on { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button[aria-disabled=true] { opacity: .5; }
button svg { width: 1em; height: 1em; fill: currentColor; flex: none; }
input, select { height: calc(30px * var(--phasescope-scale, 1)); box-sizing: border-box; padding: 0 6px; font: inherit; color: inherit; background: transparent; border-radius: 7px;
  border: 1px solid color-mix(in srgb, currentColor 26%, transparent); font-variant-numeric: tabular-nums; }
select option { color: CanvasText; background: Canvas; }
input.number { width: 5.2em; text-align: right; }
input.count { width: 3.9em; text-align: right; }
input.wide { flex: 1 1 9em; min-width: 7em; max-width: 22em; font-family: ui-monospace, monospace; }
input[type=checkbox] { width: 24px; height: 24px; margin: 0; accent-color: var(--accent); }
input[type=range] { flex: 1 1 110px; min-width: 90px; max-width: 240px; padding: 0; border: 0; accent-color: var(--accent); cursor: pointer; }
input[aria-invalid=true] { border-color: #d55e00; }
label { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
.unit { opacity: .75; font-weight: 400; white-space: nowrap; }
:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
.error { overflow-wrap: anywhere; max-height: 6.5em; overflow-y: auto; margin: 0; padding: 0 0 0 8px; border: 0; border-left: 3px solid #d55e00; background: none; color: color-mix(in srgb, #d55e00 70%, currentColor); font-weight: 400; }
.error:empty { display: none; }
`

const SHAPES = {play: "M3 2v12l10-6z", pause: "M3 2h4v12H3zM9 2h4v12H9z"}

const icon = (name) => `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${SHAPES[name]}"/></svg>`

// Decades of a slider's step, and the digits of what it stands for.
const SLIDER_STEP = 0.02
const DIGITS = 3

function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) { element.setAttribute(name, value) }
  element.append(...children)
  return element
}

function number(text) {
  const plain = text.trim().replace(/^(-?\d+),(\d+)$/, "$1.$2")
  return plain === "" ? NaN : Number(plain)
}

export function render({model, el}) {
  const bar = make("div", {class: "bar"})
  el.append(make("style", {}, STYLE), bar)
  const send = (order, value = null) => model.send_msg({do: order, value})
  const error = make("div", {class: "error", role: "alert"})
  const told = {}
  const reasons = () => model.reasons

  function tell(text) {
    error.textContent = text
  }

  // A button that cannot act now says why instead.
  function button(name, order, shape, title, value = () => null, fault = () => "") {
    const made = make("button", {type: "button", title, "data-title": title})
    made.innerHTML = shape ? icon(shape) : ""
    made.append(name)
    made.addEventListener("click", () => {
      const reason = (reasons()[order] ?? "") || fault()
      tell(reason)
      if (reason === "") { send(order, value()) }
    })
    return made
  }

  const play = button("Play", "play", "play", "Let the run move")
  const pause = button("Pause", "pause", "pause", "Let the run stand still")
  const step = button("Step", "step", "", "Advance by one step")
  const count = make("input", {class: "count", type: "text", inputmode: "numeric", value: "100",
    "aria-label": "How many to advance", title: "How many steps or iterations", autocomplete: "off"})
  // Said at every press anew, also where it is the same as last time.
  const countFault = () => {
    const n = number(count.value)
    return Number.isSafeInteger(n) && n >= 1 ? "" : `“${count.value}” is not a whole number from 1 on`
  }
  const advance = button("Advance", "advance", "", "Advance by as many as are given",
    () => number(count.value), countFault)
  const event = button("Next event", "next event", "", "Go on to the next event of the model")
  const section = button("Next section", "next section", "", "Go on to where the orbit crosses a section that is shown")
  const backward = button("Backward", "backward", "", "Let the model's time run down", () => !model.backward)
  const reset = button("Reset", "reset", "", "Reset the state: back to the initial state and time; parameters stay")
  const restore = button("Defaults", "default parameters", "",
    "Reset the parameters: each back to the model's own value; the state stays")
  restore.setAttribute("aria-label", "Defaults of all parameters")
  play.classList.add("main")
  pause.classList.add("main")

  const slider = make("input", {type: "range", "aria-label": "Speed", step: String(SLIDER_STEP)})
  const exact = make("input", {class: "number", type: "text", inputmode: "decimal", role: "spinbutton",
    "aria-label": "Speed, exact value", autocomplete: "off"})
  const unit = make("span", {class: "unit"})
  const max = button("Max", "max", "", "As fast as this machine can", () => !model.unlimited)
  const fps = make("select", {"aria-label": "Pictures per second", title: "Pictures per second, apart from the speed of the model"})

  const armed = make("input", {type: "checkbox", "aria-label": "Auto-pause"})
  const when = make("input", {class: "wide", type: "text", "aria-label": "Pause when", placeholder: "x > 10, or x - y (crosses 0)",
    spellcheck: "false", autocomplete: "off", maxlength: "1000",
    title: "A condition pauses where it becomes true, a number where it crosses zero"})
  const whenError = make("div", {class: "error", role: "alert"})

  const gap = () => make("span", {class: "gap"})
  bar.append(
    make("div", {class: "row", role: "toolbar", "aria-label": "Transport"},
      play, pause, step, gap(), count, advance, event, section, gap(), backward,
      make("span", {class: "far"}), reset, restore),
    make("div", {class: "row", role: "group", "aria-label": "Speed and auto-pause"},
      make("label", {}, "Speed"), slider, exact, unit, max, fps, make("span", {class: "unit"}, "fps"),
      gap(), make("label", {}, armed, "Pause when"), when),
    error, whenError)

  let pending = 0
  let moved = null
  function flush() {
    if (moved !== null) { send("speed", moved) }
    moved = null
    pending = requestAnimationFrame(() => { pending = 0; if (moved !== null) { flush() } })
  }
  slider.addEventListener("input", () => {
    moved = Number((10 ** Number(slider.value)).toPrecision(DIGITS))
    exact.value = String(moved)
    slider.setAttribute("aria-valuetext", `${moved} ${model.unit}`)
    if (!pending) { flush() }
  })
  exact.addEventListener("change", () => {
    const value = number(exact.value)
    const wrong = !(value > 0 && Number.isFinite(value))
    exact.setAttribute("aria-invalid", String(wrong))
    tell(wrong ? `Speed: “${exact.value}” is not a number above 0; for as fast as possible press Max` : "")
    if (!wrong) { send("speed", value) }
  })
  count.addEventListener("change", () => {
    const fault = countFault()
    count.setAttribute("aria-invalid", String(fault !== ""))
    tell(fault)
  })
  count.addEventListener("keydown", (pressed) => { if (pressed.key === "Enter") { advance.click() } })
  fps.addEventListener("change", () => send("fps", Number(fps.value)))
  const pauseWhen = () => {
    send("pause when", {text: when.value, armed: armed.checked})
  }
  armed.addEventListener("change", pauseWhen)
  when.addEventListener("change", () => { armed.checked = true; pauseWhen() })

  const busy = (control) => el.shadowRoot?.activeElement === control || control.getRootNode().activeElement === control

  function showMode() {
    play.classList.toggle("on", model.playing)
    pause.classList.toggle("on", !model.playing)
    backward.setAttribute("aria-pressed", String(model.backward))
    for (const [name, made] of Object.entries({"next event": event, "next section": section, backward})) {
      const reason = reasons()[name] ?? ""
      made.setAttribute("aria-disabled", String(reason !== ""))
      made.title = reason || made.dataset.title
    }
  }

  function showSpeed() {
    const [low, high] = model.bounds
    Object.assign(slider, {min: Math.log10(low), max: Math.log10(high)})
    if (!slider.matches(":active") && moved === null) {
      slider.value = Math.log10(model.speed)
      slider.setAttribute("aria-valuetext", model.unlimited ? "as fast as possible" : `${model.speed} ${model.unit}`)
      if (!busy(exact)) { exact.value = Number(model.speed.toPrecision(6)) }
      exact.setAttribute("aria-valuenow", String(model.speed))
    }
    exact.style.opacity = slider.style.opacity = model.unlimited ? 0.5 : 1
    unit.textContent = model.unit
    max.setAttribute("aria-pressed", String(model.unlimited))
    const offered = [...new Set([10, 15, 20, 30, 60, model.fps])].sort((a, b) => a - b)
    fps.replaceChildren(...offered.map((rate) => make("option", {value: String(rate)}, String(rate))))
    fps.value = String(model.fps)
  }

  function showPause() {
    const text = model.messages["pause when"] ?? ""
    whenError.textContent = text
    when.setAttribute("aria-invalid", String(text !== ""))
    armed.checked = model.pause_armed
    // What was refused stays to be mended.
    if (text === "" && !busy(when)) { when.value = model.pause_when }
  }

  function showMessages() {
    for (const name of ["advance", "next event", "next section", "backward"]) {
      const text = model.messages[name] ?? ""
      if (text !== (told[name] ?? "")) { tell(text) }
      told[name] = text
    }
    showPause()
  }

  const colour = () => {
    const channels = getComputedStyle(el).color.match(/[\d.]+/g).map(Number)
    const dark = channels[0] + channels[1] + channels[2] > 382
    bar.style.setProperty("--accent", dark ? "#56b4e9" : "#0072b2")
    bar.style.setProperty("--on-accent", dark ? "#10222e" : "#fff")
  }
  const themed = new MutationObserver(() => setTimeout(colour, 60))
  themed.observe(document.documentElement, {attributes: true})
  themed.observe(document.body, {attributes: true})
  model.on(["playing", "backward", "reasons"], showMode)
  model.on(["speed", "unlimited", "bounds", "unit", "fps"], showSpeed)
  model.on(["pause_when", "pause_armed"], showPause)
  model.on("messages", showMessages)
  model.on("remove", () => themed.disconnect())
  showMode()
  showSpeed()
  showMessages()
  requestAnimationFrame(colour)
}
