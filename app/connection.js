// A page that has lost its server says so, tries to come back, and says what became of the run.

const STYLE = `
:host { display: block; width: 0; }
.lost { position: fixed; z-index: 2000; left: 50%; bottom: 1.5rem; transform: translateX(-50%); box-sizing: border-box;
  width: max-content; max-width: min(94vw, 46rem); display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .8rem; padding: .7rem 1.1rem;
  border-radius: 10px; background: #fff3d6; color: #2b1d00; border: 2px solid #b06f00; font: 500 1rem/1.45 system-ui, sans-serif;
  box-shadow: 0 6px 24px rgba(0, 0, 0, .35); }
.lost[hidden] { display: none; }
.lost.well { background: #dff4e6; color: #06280f; border-color: #1f7a3d; }
.words { flex: 1 1 18rem; }
button { font: inherit; font-weight: 600; min-height: 2.1rem; padding: 0 .9rem; border-radius: 8px; cursor: pointer; color: inherit;
  background: transparent; border: 2px solid currentColor; }
button:focus-visible { outline: 3px solid #0060a0; outline-offset: 2px; }
`
const ASK_MS = 5000          // between two questions whether the server listens
const SILENCE_MS = 12000     // of a server that is there
const RETRY_MS = 15000       // between two attempts, after those that Bokeh makes by itself
const GREETING_MS = 1500     // within which a server greets
const WELL_MS = 6000         // how long good news is shown
// What outlives this component: after a reconnection the whole page is drawn afresh.
const PAGE = window.phasescopeConnection ??= {session: "", lost: false}

export function render({model, el, view}) {
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties)
  const box = make("div", {className: "lost", hidden: true})
  const words = make("div", {className: "words"})
  const again = make("button", {type: "button", textContent: "Try again", hidden: true})
  const reload = make("button", {type: "button", textContent: "Reload the page", hidden: true, onclick: () => location.reload()})
  words.setAttribute("role", "alert")
  box.append(words, again, reload)
  el.append(make("style", {textContent: STYLE}), box)
  let asked = 0           // number of the latest question
  let heard = 0           // number of the latest one that was answered
  let heardAt = performance.now()
  let shownUntil = 0

  function say(text, {well = false, buttons = []} = {}) {
    if (words.textContent !== text) { words.textContent = text }
    again.hidden = !buttons.includes(again)
    reload.hidden = !buttons.includes(reload)
    box.classList.toggle("well", well)
    box.hidden = text === ""
  }

  function lost(_, event) {
    if (!el.isConnected) { return }
    PAGE.lost = true
    heardAt = performance.now()
    // A run that streams may speak before the server's greeting, which Bokeh takes for an error and
    // then waits for ever: another attempt may be luckier.
    const connection = event.connection?.deref?.()
    // Half a message that came before the cut would be taken for the beginning of the next one.
    if (connection?._receiver) { connection._receiver = new connection._receiver.constructor() }
    setTimeout(() => {
      if (PAGE.lost && el.isConnected && connection?.socket?.readyState === WebSocket.OPEN) { connection.socket.close() }
    }, (event.timeout ?? 0) + GREETING_MS)
    again.onclick = () => { say("Trying to reach the server …"); event.reconnect() }
    if (event.timeout !== null) {
      const wait = Math.round(event.timeout / 1000)
      say(`Connection lost, reconnecting${wait ? ` in ${wait} s` : ""} … The picture stands still until then; the run goes on for a while.`, {buttons: [reload]})
    } else {
      say("Connection lost: the server cannot be reached. What is shown is how things stood. The page goes on trying; to begin anew, reload it.", {buttons: [again, reload]})
      setTimeout(() => { if (PAGE.lost && el.isConnected) { event.reconnect() } }, RETRY_MS)
    }
  }

  function back() {
    if (!el.isConnected) { return }
    const anew = PAGE.session !== "" && PAGE.session !== model.session
    PAGE.session = model.session
    if (anew && noted(true)) { location.reload(); return }
    if (noted(false)) {
      good("Connected again. The server had let go of the earlier run, so the model begins anew.", 3 * WELL_MS)
    } else if (PAGE.lost) {
      good("Connected again.", WELL_MS)
    }
    PAGE.lost = false
  }

  function good(text, duration) {
    say(text, {well: true})
    shownUntil = performance.now() + duration
  }

  const ticking = setInterval(() => {
    const now = performance.now()
    if (PAGE.lost || document.hidden) { heardAt = now; return }
    if (asked > heard && now - heardAt > SILENCE_MS) {
      say(`The server has not answered for ${Math.round((now - heardAt) / 1000)} s. It may be busy, or the network is down.`, {buttons: [reload]})
      shownUntil = Infinity
    } else if (now > shownUntil) { say("") }
    if (asked === heard) {
      asked += 1
      heardAt = now
      model.send_msg({asked})
    }
  }, ASK_MS)

  model.on("msg:custom", (message) => {
    heard = Math.max(heard, message.heard)
    heardAt = performance.now()
    if (shownUntil === Infinity) { shownUntil = 0; say("") }
  })
  model.on("remove", () => clearInterval(ticking))
  const {document: session} = view.model
  session.on_event("connection_lost", lost)
  session.on_event("client_reconnected", back)
  back()
}

// Note, for the page that is loaded next, that a run was lost, or take the note; false where a
// page may not remember.
function noted(leave) {
  const name = "phasescope run lost"
  try {
    const found = sessionStorage.getItem(name) !== null
    if (leave) { sessionStorage.setItem(name, "") } else { sessionStorage.removeItem(name) }
    return leave || found
  } catch { return false }
}
