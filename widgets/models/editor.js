// The model's text, what is wrong with it, and what can be done with it.

const STYLE = `
:host { display: block; width: 100%; height: 100%; }
.editor { --size: calc(clamp(13px, 0.3vw + 9px, 17px) * var(--phasescope-scale, 1)); --accent: #0072b2; --good: #fff; --error: #b3261e; --warn: #8a5a00;
  --comment: #4b5f57; --number: #0b5394; --word: #7a1fa2; --name: #9a3412; --string: #22631f; --paper: #fbfbfb; --ink: #1d1d1f;
  display: flex; flex-direction: column; gap: 6px; height: 100%; min-height: 260px; box-sizing: border-box; padding: 0 10px 8px 2px;
  font: 400 calc(clamp(14px, 0.35vw + 9px, 18px) * var(--phasescope-scale, 1)) system-ui, sans-serif; }
.editor.dark { --accent: #56b4e9; --good: #00121f; --error: #ff8a80; --warn: #f0c052; --comment: #93a59c; --number: #8cc8ff;
  --word: #d5a6ff; --name: #ffb38a; --string: #a5d6a0; --paper: #15181c; --ink: #e8e8ea; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }
h2 { font-size: 1.05em; margin: 4px auto 4px 2px; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
h2 small { font-weight: 400; opacity: .8; margin-left: .5em; }
button, select { font: inherit; font-size: .92em; color: inherit; height: calc(32px * var(--phasescope-scale, 1)); padding: 0 10px; border-radius: 8px; cursor: pointer; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); box-sizing: border-box; max-width: 100%; }
select { padding: 0 4px; width: 7.6em; }
option { color: CanvasText; background: Canvas; }
button:hover, select:hover { border-color: currentColor; }
button:focus-visible, select:focus-visible, .remarks button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
button.apply { background: var(--accent); color: var(--good); border-color: transparent; font-weight: 600; padding: 0 16px; }
button[aria-disabled=true] { background: transparent; color: inherit; opacity: .62; border-color: currentColor; cursor: not-allowed; }
button[aria-pressed=true] { background: color-mix(in srgb, var(--accent) 24%, transparent); border-color: var(--accent); }
.text { flex: 1 1 auto; min-height: 120px; position: relative; border-radius: 8px; overflow: hidden;
  border: 1px solid color-mix(in srgb, currentColor 24%, transparent); }
.text.over { outline: 3px dashed var(--accent); outline-offset: -3px; }
.code, textarea { position: absolute; inset: 0; }
textarea { width: 100%; height: 100%; box-sizing: border-box; border: 0; padding: 8px; resize: none; font: 400 var(--size) ui-monospace, monospace;
  color: var(--ink); background: var(--paper); }
.remarks { max-height: 30%; overflow-y: auto; flex: none; }
.remarks ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 2px; }
.remarks button { display: block; width: 100%; height: auto; text-align: left; border: 0; padding: 4px 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.remarks .of_error b { color: var(--error); }
.remarks .of_warning b { color: var(--warn); }
.note { flex: 1 1 8em; min-height: 1.3em; font-size: .94em; overflow-wrap: anywhere; max-height: 5.2em; overflow-y: auto; }
.editor .ace_editor { background: var(--paper) !important; color: var(--ink) !important; font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; line-height: 1.45; }
.editor .ace_gutter { background: color-mix(in srgb, var(--ink) 7%, var(--paper)) !important; color: color-mix(in srgb, var(--ink) 72%, var(--paper)) !important; }
.editor .ace_gutter-active-line, .editor .ace_marker-layer .ace_active-line { background: color-mix(in srgb, var(--ink) 8%, transparent) !important; }
.editor .ace_marker-layer .ace_selection { background: color-mix(in srgb, var(--accent) 32%, transparent) !important; }
.editor .ace_cursor { color: var(--ink) !important; }
.editor .ace_comment { color: var(--comment) !important; font-style: italic; }
.editor .ace_numeric, .editor .ace_boolean { color: var(--number) !important; }
.editor .ace_keyword:not(.ace_operator), .editor .ace_function { color: var(--word) !important; }
.editor .ace_variable, .editor .ace_keyword.ace_table { color: var(--name) !important; }
.editor .ace_string { color: var(--string) !important; }
.editor .ace_operator, .editor .ace_identifier { color: inherit !important; }
.editor .underline { position: absolute; border-radius: 0; z-index: 4; box-sizing: border-box; min-width: 6px; pointer-events: none; }
.editor .underline.of_error { border-bottom: 3px double var(--error); background: color-mix(in srgb, var(--error) 14%, transparent); }
.editor .underline.of_warning { border-bottom: 2px dashed var(--warn); }
`

// The text goes to be read this long after the last key, a long one later.
const PAUSE_MS = 25
const LETTERS_A_MS = 1000

const made = (tag, properties = {}, children = []) => {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

function chooser(label, options, chosen) {
  const select = made("select", {title: label}, [new Option(label, ""), ...options.map(([value, text]) => new Option(text, value))])
  select.setAttribute("aria-label", label)
  select.onchange = () => { if (select.value !== "") { chosen(select.value) } select.value = "" }
  return select
}

export function render({model, el}) {
  const send = (message) => model.send_msg(message)
  const press = (text, action, properties = {}) => made("button", {type: "button", textContent: text, onclick: action, ...properties})
  const title = made("h2")
  const plain = press("Equations", () => send({do: "form", form: "equations"}), {title: "The model as plain equations"})
  const toml = press("TOML", () => send({do: "form", form: "toml"}), {title: "The model as a TOML model file"})
  const close = press("\u2715", () => send({do: "close"}), {title: "Close the editor"})
  close.setAttribute("aria-label", "Close the editor")
  const picker = made("input", {type: "file", accept: ".toml,.txt,.ode,.md", hidden: true})
  picker.onchange = () => { take(picker.files); picker.value = "" }
  const bar = made("div", {className: "bar"}, [
    chooser("New \u2026", model.templates.map((name) => [name, name]), (template) => send({do: "new", template})),
    chooser("Open \u2026", model.models, (name) => send({do: "open", name})),
    press("Open file", () => picker.click(), {title: "Open a .toml, .txt, .ode or .md file; or drop it here"}), picker,
    press("Save", save, {title: "Save the text as a file"}), plain, toml,
  ])
  const code = made("div", {className: "code"})
  const text = made("div", {className: "text"}, [code])
  const list = made("ul")
  const remarks = made("div", {className: "remarks"}, [list])
  remarks.setAttribute("role", "alert")
  remarks.setAttribute("aria-live", "polite")
  const apply = press("Apply", applied, {className: "apply", title: "Run this text (Ctrl+Enter); the orbit goes on from its state"})
  apply.setAttribute("aria-keyshortcuts", "Control+Enter")
  const revert = press("Revert", () => send({do: "revert"}), {title: "Back to the text of the model that runs"})
  const note = made("span", {className: "note"})
  note.setAttribute("aria-live", "polite")
  const box = made("section", {className: "editor"}, [
    made("div", {className: "bar"}, [title, close]), bar, text, remarks,
    made("div", {className: "bar"}, [apply, revert, note]),
  ])
  box.setAttribute("aria-label", "Model editor")
  el.append(made("style", {textContent: STYLE}), box)
  let area = null
  let sent = model.text
  let waiting = 0

  function flush() {
    clearTimeout(waiting)
    waiting = 0
    if (area === null) { return }
    // Typed and taken back: what was said of this text holds again.
    if (area.value === sent) { show(); return }
    sent = area.value
    send({do: "edit", text: sent})
  }

  function typed() {
    clearTimeout(waiting)
    waiting = setTimeout(flush, PAUSE_MS + sent.length / LETTERS_A_MS)
  }

  function applied() {
    flush()
    send({do: "apply"})
  }

  function save() {
    flush()
    const file = new Blob([area === null ? model.text : area.value], {type: "text/plain"})
    const link = made("a", {href: URL.createObjectURL(file), download: model.file_name})
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 1000)
  }

  async function take(files) {
    const [file] = files
    if (!file) { return }
    const {name, size} = file
    if (size > model.most) { send({do: "too large", name, size}); return }
    const bytes = new Uint8Array(await file.arrayBuffer())
    let letters = ""
    for (const byte of bytes) { letters += String.fromCharCode(byte) }
    send({do: "file", name, content: btoa(letters)})
  }

  function replace() {
    sent = model.text
    if (area !== null && area.value !== model.text) { area.value = model.text }
    show()
  }

  function show() {
    if (area !== null && area.value === sent) { area.show(model.remarks) }
    list.replaceChildren(...model.remarks.map((remark) => {
      const place = remark.line === null ? "" : `Line ${remark.line}, column ${remark.column}: `
      const word = remark.kind === "error" ? "Error" : "Warning"
      const row = press("", () => { if (remark.line !== null && area !== null) { area.goto(remark) } })
      row.append(made("b", {textContent: `${word}. `}), place + remark.words)
      return made("li", {className: `of_${remark.kind}`}, [row])
    }))
    const faulty = model.remarks.some((remark) => remark.kind === "error")
    apply.setAttribute("aria-disabled", String(faulty))
    box.dataset.faults = String(model.remarks.length)
  }

  function facts() {
    const state = made("small", {textContent: model.changed ? "not applied yet" : "applied"})
    title.replaceChildren(model.title, state)
    revert.hidden = !model.changed
    note.textContent = model.note
    plain.setAttribute("aria-pressed", String(model.form === "equations"))
    toml.setAttribute("aria-pressed", String(model.form === "toml"))
    if (area !== null) { area.form = model.form }
  }

  async function open() {
    if (!model.open) { return }
    if (area === null) {
      const calls = {typed, apply: applied}
      const ace = await loadAce(model.ace).catch(() => null)
      if (area !== null) { return }
      area = ace === null ? plainArea(code, calls) : aceArea(ace, code, calls)
      area.form = model.form
      area.value = model.text
      sent = model.text
      show()
    }
    area.resize()
    area.focus()
  }

  const isFile = (event) => event.dataTransfer !== null && [...event.dataTransfer.types].includes("Files")
  const over = (event) => {
    if (!isFile(event)) { return }
    event.preventDefault()
    text.classList.add("over")
  }
  const left = () => text.classList.remove("over")
  const dropped = (event) => {
    left()
    if (!isFile(event)) { return }
    event.preventDefault()
    take(event.dataTransfer.files)
  }
  // A file may be dropped anywhere on the page: else the browser would leave the page for it.
  document.addEventListener("dragover", over)
  document.addEventListener("dragleave", left)
  document.addEventListener("drop", dropped)

  const colour = () => {
    const channels = getComputedStyle(el).color.match(/[\d.]+/g).map(Number)
    box.classList.toggle("dark", channels[0] + channels[1] + channels[2] > 382)
  }
  const themed = new MutationObserver(() => setTimeout(colour, 60))
  themed.observe(document.documentElement, {attributes: true})
  themed.observe(document.body, {attributes: true})
  model.on("version", replace)
  model.on("remarks", show)
  model.on(["title", "changed", "note", "form"], facts)
  model.on("open", open)
  model.on("remove", () => {
    clearTimeout(waiting)
    themed.disconnect()
    document.removeEventListener("dragover", over)
    document.removeEventListener("dragleave", left)
    document.removeEventListener("drop", dropped)
    if (area !== null) { area.close() }
  })
  facts()
  show()
  requestAnimationFrame(colour)
  open()
}
