// A text with line numbers, colours, underlines and marks beside its lines: the editor that Panel
// brings along where the server has it, else a plain field.

const LINE = "[A-Za-z_\u0370-\u03ff\u00b5][\\w\u0370-\u03ff\u00b5]*"

// Where the server keeps Panel's own scripts, from one that the page has.
function rootOf(path) {
  for (const {src} of document.scripts) {
    const at = src.indexOf("static/")
    if (at > 0) { return src.slice(0, at) + path }
  }
  return null
}

let loading = null

function loadAce(path) {
  if (window.ace) { return Promise.resolve(window.ace) }
  loading ??= new Promise((resolve, reject) => {
    const address = rootOf(path)
    if (address === null) { reject(new Error("no server")); return }
    const script = document.createElement("script")
    script.src = address
    script.onload = () => {
      window.ace.config.set("basePath", address.slice(0, address.lastIndexOf("/")))
      resolve(window.ace)
    }
    script.onerror = () => { loading = null; reject(new Error(address)) }
    document.head.append(script)
  })
  return loading
}

function equationsMode(ace) {
  const {TextHighlightRules} = ace.require("ace/mode/text_highlight_rules")
  const {Mode} = ace.require("ace/mode/text")
  class Rules extends TextHighlightRules {
    constructor() {
      super()
      this.$rules = {start: [
        {token: "comment", regex: "#.*$"},
        {token: "constant.numeric", regex: "(?:\\d[\\d_]*\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?"},
        {token: "keyword", regex: "(?:when|noise|in|if|else|and|or|not|for)\\b"},
        {token: "support.function", regex: `${LINE}(?=\\()`},
        {token: "variable", regex: `${LINE}(?=\\s*(?:'|\\[\\s*n\\s*\\+))`},
        {token: "keyword.operator", regex: "[-+*/%^=<>!;:']"},
        {token: "identifier", regex: LINE},
      ]}
    }
  }
  class Equations extends Mode {
    constructor() {
      super()
      this.HighlightRules = Rules
      this.lineCommentStart = "#"
      this.$quotes = {}   // x' is a derivative, not the beginning of a text
      this.$id = "phasescope/equations"
    }
  }
  return new Equations()
}

// Both kinds of area: value, show(remarks), form, goto, focus; `typed` and `apply` are called back.
function aceArea(ace, box, {typed, apply}) {
  const editor = ace.edit(box, {
    useWorker: false, showPrintMargin: false, tabSize: 2, useSoftTabs: true, wrap: true,
    enableKeyboardAccessibility: true, textInputAriaLabel: "Text of the model", highlightGutterLine: true, scrollPastEnd: 0.2,
  })
  editor.renderer.attachToShadowRoot()
  editor.setOption("fontSize", "var(--size)")
  editor.textInput.getElement().setAttribute("aria-label", "Text of the model")
  const {Range} = ace.require("ace/range")
  const modes = {toml: "ace/mode/toml", equations: equationsMode(ace)}
  let markers = []
  let quiet = false
  editor.commands.addCommand({name: "apply", bindKey: {win: "Ctrl-Enter", mac: "Command-Enter"}, exec: apply})
  editor.session.on("change", () => { if (!quiet) { typed() } })
  const resized = new ResizeObserver(() => {
    editor.resize(true)
    if (editor.isFocused()) { editor.renderer.scrollCursorIntoView() }
  })
  resized.observe(box)
  return {
    get value() { return editor.getValue() },
    set value(text) {
      quiet = true
      // The editor's own undo leads back to what stood here before.
      editor.setValue(text, -1)
      quiet = false
    },
    set form(form) { editor.session.setMode(form === "toml" ? modes.toml : modes.equations) },
    show(remarks) {
      for (const marker of markers) { editor.session.removeMarker(marker) }
      const placed = remarks.filter((remark) => remark.line !== null)
      markers = placed.map(({kind, line, column, width}) => {
        const range = new Range(line - 1, column - 1, line - 1, column - 1 + width)
        return editor.session.addMarker(range, `underline of_${kind}`, "text", true)
      })
      editor.session.setAnnotations(placed.map(({kind, line, column, words}) =>
        ({row: line - 1, column: column - 1, text: words, type: kind})))
    },
    goto({line, column}) { editor.gotoLine(line, column - 1, true); editor.focus() },
    focus() { editor.focus() },
    resize() { editor.resize() },
    close() { resized.disconnect(); editor.destroy() },
  }
}

function plainArea(box, {typed, apply}) {
  const field = document.createElement("textarea")
  field.setAttribute("aria-label", "Text of the model")
  field.spellcheck = false
  field.oninput = typed
  field.onkeydown = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { apply() } }
  box.append(field)
  return {
    get value() { return field.value },
    set value(text) { field.value = text },
    set form(form) {},
    show(remarks) { field.setAttribute("aria-invalid", String(remarks.some((remark) => remark.kind === "error"))) },
    goto({line, column}) {
      const lines = field.value.split("\n")
      const at = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1
      field.focus()
      field.setSelectionRange(at, at + 1)
    },
    focus() { field.focus() },
    resize() {},
    close() {},
  }
}
