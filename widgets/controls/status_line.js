// What the run does, in words.
//
// The line itself changes too often to be read aloud while the run moves.  A region that cannot be
// seen says at once what matters: that it runs, pauses or stops, and what else has happened.

const STYLE = `
:host { display: block; width: 100%; }
.line { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 14px; min-height: 30px; padding: 0 10px;
  font: 500 calc(clamp(15px, 0.5vw + 8px, 20px) * var(--phasescope-scale, 1)) system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.line.failed { border-radius: 8px; padding: 6px 12px; background: color-mix(in srgb, #d55e00 16%, transparent); }
[role=alert]:empty { display: none; }
.news { padding: 1px 9px; border-radius: 6px; background: color-mix(in srgb, #0072b2 20%, transparent); }
.news:empty { display: none; }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
button { font: inherit; font-weight: 600; min-height: 32px; padding: 0 14px; border-radius: 8px; cursor: pointer;
  color: #fff; background: #b84a00; border: 0; }
button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
button[hidden] { display: none; }
`
const NEWS_MS = 6000        // how long news stand in the line
const STILL_MS = 1000       // after which a line that stands still may be read aloud
const HASTY_MS = 500        // what changes again sooner is not read aloud

export function render({model, el}) {
  const style = document.createElement("style")
  style.textContent = STYLE
  const line = document.createElement("div")
  const status = document.createElement("span")
  const news = document.createElement("span")
  const failure = document.createElement("span")
  const said = document.createElement("span")
  const back = document.createElement("button")
  const remedy = document.createElement("button")
  remedy.type = "button"
  remedy.onclick = () => model.send_msg("remedy")
  news.className = "news"
  news.setAttribute("aria-hidden", "true")
  said.className = "said"
  said.setAttribute("aria-live", "polite")
  status.setAttribute("role", "status")
  status.setAttribute("aria-live", "off")
  failure.setAttribute("role", "alert")
  Object.assign(back, {type: "button", textContent: "Go back"})
  back.onclick = () => model.send_msg("go back")
  line.append(status, news, failure, back, remedy, said)
  el.append(style, line)
  let mode = ""           // "Running", "Paused", … as it was said last
  let changedAt = 0
  let calm = 0
  let old = 0

  function say(text) {
    // The same words are read again only if they have been away.
    said.textContent = ""
    requestAnimationFrame(() => { said.textContent = text })
  }

  function update() {
    const now = performance.now()
    const hasty = now - changedAt < HASTY_MS
    if (status.textContent !== model.words) {
      changedAt = now
      // A line that changes in quick steps is read where it comes to rest.
      if (model.moving || hasty) { status.setAttribute("aria-live", "off") }
      status.textContent = model.words
    }
    const next = model.words.split(" · ")[0].replace(/^Running.*/, "Running")
    if (next !== mode) {
      mode = next
      say(next === "Running" ? next : model.words)
    }
    clearTimeout(calm)
    if (!model.moving) {
      calm = setTimeout(() => {
        if (hasty) { say(model.words) }
        status.setAttribute("aria-live", "polite")
      }, STILL_MS)
    }
    if (failure.textContent !== model.failure) { failure.textContent = model.failure }
    back.hidden = model.failure === ""
    remedy.textContent = model.remedy
    remedy.hidden = model.failure === "" || model.remedy === ""
    line.className = model.failure === "" ? "line" : "line failed"
  }

  model.on("msg:custom", (text) => {
    news.textContent = text
    say(text)
    clearTimeout(old)
    old = setTimeout(() => { news.textContent = "" }, NEWS_MS)
  })
  model.on(["words", "failure", "remedy", "moving"], update)
  model.on("remove", () => { clearTimeout(calm); clearTimeout(old) })
  update()
}
