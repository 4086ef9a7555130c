// What the run does, in words; read out only when it stands still.

const STYLE = `
:host { display: block; width: 100%; }
.line { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 14px; min-height: 30px; padding: 0 10px;
  font: 500 calc(clamp(15px, 0.5vw + 8px, 20px) * var(--phasescope-scale, 1)) system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.line.failed { border-radius: 8px; padding: 6px 12px; background: color-mix(in srgb, #d55e00 16%, transparent); }
[role=alert]:empty { display: none; }
button { font: inherit; font-weight: 600; height: 32px; padding: 0 14px; border-radius: 8px; cursor: pointer;
  color: #fff; background: #b84a00; border: 0; }
button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
button[hidden] { display: none; }
`

export function render({model, el}) {
  const style = document.createElement("style")
  style.textContent = STYLE
  const line = document.createElement("div")
  const status = document.createElement("span")
  const failure = document.createElement("span")
  const back = document.createElement("button")
  const remedy = document.createElement("button")
  remedy.type = "button"
  remedy.onclick = () => model.send_msg("remedy")
  status.setAttribute("role", "status")
  failure.setAttribute("role", "alert")
  Object.assign(back, {type: "button", textContent: "Go back"})
  back.onclick = () => model.send_msg("go back")
  line.append(status, failure, back, remedy)
  el.append(style, line)

  function update() {
    status.setAttribute("aria-live", model.moving ? "off" : "polite")
    status.textContent = model.words
    failure.textContent = model.failure
    back.hidden = model.failure === ""
    remedy.textContent = model.remedy
    remedy.hidden = model.failure === "" || model.remedy === ""
    line.className = model.failure === "" ? "line" : "line failed"
  }
  model.on(["words", "failure", "remedy", "moving"], update)
  update()
}
