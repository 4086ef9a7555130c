// The keys of the instrument: listens for them, and lists them in a dialog.
//
// A held key is sent again only when the server has done the one before, so keys never queue.

const STYLE = `
:host { display: block; }
.open { font: inherit; font-weight: 600; display: inline-flex; align-items: center; gap: .4em; height: 36px; padding: 0 10px;
  border: 0; border-radius: 8px; background: transparent; color: inherit; cursor: pointer; white-space: nowrap; }
.open:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
.open, dialog { font: 500 calc(15px * var(--phasescope-scale, 1)) system-ui, sans-serif; }
kbd { font: inherit; font-size: .9em; display: inline-block; min-width: 1.2em; padding: 1px 6px; text-align: center;
  border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-bottom-width: 2px; border-radius: 5px; }
:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 2px; }
dialog { max-width: min(92vw, calc(760px * var(--phasescope-scale, 1))); max-height: 86vh; overflow-y: auto; padding: 18px 24px 20px; box-sizing: border-box;
  border-radius: 12px; border: 1px solid color-mix(in srgb, currentColor 30%, transparent);
  color: var(--mui-palette-text-primary, CanvasText); background: var(--mui-palette-background-paper, Canvas); }
dialog.dark { color: #e6edf4; background: #101822; }
dialog.light { color: #14202c; background: #fff; }
dialog::backdrop { background: rgba(0, 0, 0, .5); }
.title { display: flex; align-items: center; gap: 16px; margin-bottom: 6px; }
h2 { font-size: 1.3em; margin: 0 auto 0 0; }
h3 { font-size: 1em; margin: 12px 0 4px; }
.groups { columns: 2 280px; column-gap: 32px; }
section { break-inside: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 14px; margin: 0; align-items: baseline; font-weight: 400; }
dd { margin: 0; }
.close { font: inherit; font-weight: 600; min-height: 34px; padding: 0 14px; border-radius: 8px; color: inherit; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 45%, transparent); cursor: pointer; }
.switch { display: flex; align-items: baseline; gap: 10px; margin-top: 16px; font-weight: 400; cursor: pointer; }
.switch input { width: 18px; height: 18px; margin: 0; flex: none; align-self: center; accent-color: #3a9bd9; }
`

const FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, " +
  "[contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox], [role=listbox], [role=menu], [role=tree]"
const PRESSED = "button, a[href], summary, input, [role=button], [role=tab], [role=switch], [role=checkbox], [role=menuitem]"
const NAMES = {Space: "space", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc"}
const MAC = /Mac|iPhone|iPad/.test(navigator.platform)
const STORED = "phasescope keys"

export function render({model, el, view}) {
  const style = make("style", {textContent: STYLE})
  const open = make("button", {type: "button", className: "open"}, [make("kbd", {textContent: "?"}), "Keys"])
  open.setAttribute("aria-label", "Keys")
  open.setAttribute("aria-haspopup", "dialog")
  const dialog = make("dialog")
  el.append(style, open, dialog)

  let single = remembered() !== "off"     // keys without Ctrl are listened to
  let pointed = false                     // the focus was put where it is by a pointer
  let seq = 0                             // number of the latest key sent
  let done = 0                            // number of the latest key that the server has done
  const byKey = new Map()

  function build() {
    byKey.clear()
    for (const shortcut of model.shortcuts) {
      for (const key of shortcut.keys) { byKey.set(key.length === 1 ? key.toLowerCase() : key, shortcut) }
    }
    dialog.replaceChildren(...listing())
  }

  function listing() {
    const close = make("button", {type: "button", className: "close", textContent: "Close", autofocus: true})
    close.onclick = () => dialog.close()
    const title = make("h2", {textContent: "Keys", id: "keys-title"})
    dialog.setAttribute("aria-labelledby", "keys-title")
    const names = [...new Set(model.shortcuts.map((shortcut) => shortcut.group))]
    const groups = names.map((name) => make("section", {}, [
      make("h3", {textContent: name}),
      make("dl", {}, model.shortcuts.filter((shortcut) => shortcut.group === name).flatMap((shortcut) => [
        make("dt", {}, shown(shortcut)), make("dd", {textContent: shortcut.words}),
      ])),
    ]))
    const box = make("input", {type: "checkbox", checked: single})
    box.onchange = () => { single = box.checked; remember(single ? "on" : "off") }
    const label = make("label", {className: "switch"}, [box, make("span", {
      textContent: "Keys without Ctrl (switch them off if they get in the way of a screen reader or of dictation)",
    })])
    return [make("div", {className: "title"}, [title, close]), make("div", {className: "groups"}, groups), label]
  }

  function show() {
    if (dialog.open) { return }
    // The dialog lies above everything, where the page's colours do not reach.
    const channels = getComputedStyle(el).color.match(/[\d.]+/g).map(Number)
    dialog.className = channels[0] + channels[1] + channels[2] > 382 ? "dark" : "light"
    dialog.showModal()
  }

  function press(shortcut, key, repeated) {
    if (repeated && (!shortcut.repeats || done < seq)) { return }
    if (shortcut.here) {
      const action = HERE[shortcut.action] ?? announce
      action(shortcut.action)
      return
    }
    seq += 1
    model.send_msg({seq, action: shortcut.action, numbers: shortcut.numbered ? [Number(key)] : []})
  }

  const HERE = {
    "keys": show,
    "fit all": () => { for (const button of inSight("button[data-name=fit]")) { button.click() } },
    "search": () => inSight("input[type=search]")[0]?.focus(),
  }

  function announce(action) {
    document.dispatchEvent(new CustomEvent("phasescope-action", {detail: action}))
  }

  function heard(event) {
    if (event.key === "Tab") { pointed = false }
    if (event.defaultPrevented || event.isComposing || event.altKey || modal(dialog)) { return }
    const target = event.composedPath()[0]
    if (!(target instanceof Element)) { return }
    const ctrl = event.ctrlKey || event.metaKey
    const key = named(event, ctrl)
    const shortcut = byKey.get(key)
    if (shortcut === undefined || target.closest(FIELDS) || inEditor(event)) { return }
    if (!ctrl && key !== "Escape" && !single) { return }
    if (key === "Space" && target.closest(PRESSED) && !pointed) { return }
    event.preventDefault()
    press(shortcut, event.key, event.repeat)
  }

  // Firefox presses a focused button when the space bar is let go.
  function released(event) {
    if (event.key === " " && pointed && byKey.has("Space") && event.composedPath()[0].closest?.(PRESSED)) { event.preventDefault() }
  }

  const place = model.everywhere ? document : (view.root?.el ?? el)
  const pointing = () => { pointed = true }
  place.addEventListener("keydown", heard)
  place.addEventListener("keyup", released)
  place.addEventListener("pointerdown", pointing, true)
  open.onclick = show
  model.on("shortcuts", build)
  model.on("msg:custom", (message) => { done = Math.max(done, message.done ?? 0) })
  model.on("remove", () => {
    place.removeEventListener("keydown", heard)
    place.removeEventListener("keyup", released)
    place.removeEventListener("pointerdown", pointing, true)
  })
  build()
}

function make(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

// A letter is the same key with and without the shift; what is not a letter is what it writes.
function named(event, ctrl) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (!ctrl) { return key }
  return `Ctrl+${event.shiftKey && key.length === 1 ? "Shift+" : ""}${key}`
}

function inEditor(event) {
  return event.composedPath().some((node) => node.classList?.contains("ace_editor"))
}

// Some other dialog is open.
function modal(own) {
  return own.open || document.querySelector("dialog[open]:modal, [role=dialog][aria-modal=true]") !== null
}

// What the list of keys shows for one shortcut.
function shown({keys, numbered}) {
  const caps = (numbered ? [keys[0], keys.at(-1)] : keys).map((key) => make("kbd", {textContent: cap(key)}))
  return caps.flatMap((made, place) => place ? [numbered ? " … " : " ", made] : [made])
}

function cap(key) {
  if (key.length === 1) { return key }
  return key.split("+").map((part) => part === "Ctrl" && MAC ? "\u2318" : NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join("+")
}

// What can be seen of a kind, wherever it lies: components draw into shadow roots.
function inSight(selector, root = document) {
  const found = [...root.querySelectorAll(selector)].filter((node) => node.checkVisibility({visibilityProperty: true}))
  for (const node of root.querySelectorAll("*")) {
    if (node.shadowRoot) { found.push(...inSight(selector, node.shadowRoot)) }
  }
  return found
}

// A page may be forbidden to remember.
function remembered() {
  try { return localStorage.getItem(STORED) } catch { return null }
}

function remember(value) {
  try { localStorage.setItem(STORED, value) } catch { /* it holds until the page is closed */ }
}
