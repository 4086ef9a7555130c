// The keys of the instrument: listens for them, and lists them in a dialog.
//
// A held key is sent again only when the server has done the one before, so keys never queue.

const STYLE = `
:host { display: block; }
.open { font: inherit; font-weight: 600; display: inline-flex; align-items: center; gap: .4em; height: 36px; padding: 0 10px;
  border: 0; border-radius: 8px; background: transparent; color: inherit; cursor: pointer; white-space: nowrap; }
.open:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
.open { font: 500 calc(15px * var(--phasescope-scale, 1)) system-ui, sans-serif; }
@media (max-width: 520px) { .open span { display: none; } }
kbd { font: inherit; font-size: .9em; display: inline-block; min-width: 1.2em; padding: 1px 6px; text-align: center;
  border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-bottom-width: 2px; border-radius: 5px; }
:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 2px; }
.groups { columns: 2 280px; column-gap: 32px; }
section { break-inside: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 5px 14px; margin: 0; align-items: baseline; font-weight: 400; }
dd { margin: 0; }
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
  const open = make("button", {type: "button", className: "open"}, [make("kbd", {textContent: "?"}), make("span", {textContent: "Keys"})])
  open.setAttribute("aria-label", "Keys")
  open.setAttribute("aria-haspopup", "dialog")
  const dialog = makeDialog(el)
  el.append(style, open, dialog.element)

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
  }

  function list() {
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
    dialog.show("Keys", [make("div", {className: "groups"}, groups), label])
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
    "keys": list,
    "in words": () => dialog.show("In words", inWords()),
    "fit all": () => { for (const button of inSight("button[data-name=fit]")) { button.click() } },
    "add view": () => inSight("button[aria-label='Add view']")[0]?.click(),
    "search": search,
  }

  // Where there are few parameters there is nothing to search: the first of them is as near.  A
  // sidebar that is closed opens first.
  function search(action, tries = 20) {
    const field = inSight("input[type=search]")[0] ?? inSight(".list input[type=range]")[0]
    if (field) { field.focus(); return }
    if (tries === 20) { announce(action) }
    if (tries) { setTimeout(() => search(action, tries - 1), 50) }
  }

  function announce(action) {
    document.dispatchEvent(new CustomEvent("phasescope-action", {detail: action}))
  }

  function heard(event) {
    if (event.key === "Tab") { pointed = false }
    const path = event.composedPath()
    const target = path[0]
    if (!(model.everywhere || path.includes(cell)) || !(target instanceof Element)) { return }
    if (event.defaultPrevented || event.isComposing || modal(dialog.element)) { return }
    const {key, ctrl} = named(event)
    const shortcut = byKey.get(key)
    // Escape leaves a field, so that keys are heard again.
    if (key === "Escape" && target.matches("input, select") && target.closest(FIELDS)) { target.blur(); return }
    if (shortcut === undefined || target.closest(FIELDS) || inEditor(path) || own(target, event.key)) { return }
    if (!ctrl && key !== "Escape" && !single) { return }
    if (!shortcut.always && !inSight("[role=status]").length) { return }
    if (key === "Space" && target.closest(PRESSED) && !pointed) { return }
    event.preventDefault()
    // In a notebook the same key may stand for something else.
    if (!model.everywhere) { event.stopPropagation() }
    press(shortcut, event.key, event.repeat)
  }

  // Firefox presses a focused button when the space bar is let go.
  function released(event) {
    if (event.key === " " && pointed && byKey.has("Space") && event.composedPath()[0].closest?.(PRESSED)) { event.preventDefault() }
  }

  const pointing = () => { pointed = true }
  const cell = view.root.el
  // A notebook listens before what is in its cells does.
  const [place, early] = model.everywhere ? [document, false] : [window, true]
  place.addEventListener("keydown", heard, early)
  place.addEventListener("keyup", released, early)
  place.addEventListener("pointerdown", pointing, true)
  open.onclick = list
  model.on("shortcuts", build)
  model.on("msg:custom", (message) => { done = Math.max(done, message.done ?? 0) })
  model.on("remove", () => {
    place.removeEventListener("keydown", heard, early)
    place.removeEventListener("keyup", released, early)
    place.removeEventListener("pointerdown", pointing, true)
  })
  build()
}

// A letter is the same key with and without the shift; what is not a letter is what it writes,
// on whichever keyboard: there may be an Alt key in it, and what that does with Ctrl is no order.
function named(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key
  const sign = /^[^\p{L}\d]$/u.test(key)
  const ctrl = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph")
  if (event.altKey && !(sign && !event.metaKey)) { return {key: "", ctrl} }
  if (!ctrl || (event.altKey && sign)) { return {key, ctrl: false} }
  return {key: `Ctrl+${event.shiftKey && key.length === 1 ? "Shift+" : ""}${key}`, ctrl}
}

function inEditor(path) {
  return path.some((node) => node.classList?.contains("ace_editor"))
}

// What has the focus may have a use of its own for a key.
function own(target, key) {
  return target.getAttribute("aria-keyshortcuts")?.split(" ").includes(key) ?? false
}

// Some other dialog is open.
function modal(dialog) {
  return dialog.open || document.querySelector("dialog[open]:modal, [role=dialog][aria-modal=true]") !== null
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
