// The equations of a model, typeset term by term, with the present size of each term beneath it.

const STYLE = `
:host { display: block; width: 100%; }
.equations { --accent: #0072b2; --minus: #b84a00; padding: 2px 12px 8px; display: grid; gap: 8px; overflow-x: hidden;
  font: 400 calc(clamp(14px, 0.45vw + 8px, 18px) * var(--phasescope-scale, 1)) system-ui, sans-serif; }
.equations.dark { --accent: #56b4e9; --minus: #e69f00; }
math, math * { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math, serif; }
math { font-size: 1.22em; }
.row { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 6px; padding-left: 1.6em; border-radius: 6px; }
.row > .left { margin-left: -1.6em; white-space: nowrap; }
.left, .term { padding-top: 1px; }
.term { display: inline-grid; max-width: 100%; min-width: 2.4em; }
.term > span { max-width: 100%; overflow-x: auto; overflow-y: hidden; white-space: nowrap; padding-bottom: 2px; scrollbar-width: thin; }
.bar { display: block; position: relative; height: 5px; border-radius: 2px; background: color-mix(in srgb, currentColor 13%, transparent); }
.bar::after { content: ""; position: absolute; left: calc(50% - .5px); top: -1px; bottom: -1px; width: 1px; background: color-mix(in srgb, currentColor 55%, transparent); }
.bar i { position: absolute; top: 0; bottom: 0; left: 50%; width: 50%; border-radius: 2px; background: var(--accent); transform-origin: 0 0; transform: scaleX(0); }
.bar.below i { transform-origin: 0 0; background: repeating-linear-gradient(90deg, var(--minus) 0 3px, transparent 3px 5px); }
.events { display: grid; gap: 4px; }
.words { opacity: .8; font-size: .92em; }
[data-name] { cursor: pointer; border-radius: 4px; }
[data-name]:hover { background: color-mix(in srgb, var(--accent) 26%, transparent); }
.names { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; }
.names:not(:focus-within) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.names button { font: inherit; color: inherit; min-width: 26px; min-height: 26px; padding: 0 8px; border-radius: 7px; background: transparent; cursor: pointer;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.row.found { animation: found 1.6s; }
@keyframes found { 0%, 60% { background: color-mix(in srgb, var(--accent) 30%, transparent); } 100% { background: transparent; } }
`

const FIND_MS = 1500

const made = (tag, className, children = []) => {
  const element = document.createElement(tag)
  element.className = className
  element.append(...children)
  return element
}

// MathML, which needs no font files and is read aloud; the text itself where KaTeX is missing.
function typeset(latex) {
  const cell = made("span", "")
  if (!window.katex) { cell.textContent = latex.replace(/\\href\{[^}]*\}|\\left|\\right|\\|[{}]/g, ""); return cell }
  // Brackets stretch only where something inside is tall; a thin space would be a character.
  const plain = (latex.includes("\\frac") ? latex : latex.replace(/\\(left|right)(?![a-z])/g, "")).replaceAll("\\,", "\\hspace{0.2em}")
  window.katex.render(plain, cell, {output: "mathml", throwOnError: false, strict: false, trust: ({command}) => command === "\\href"})
  for (const note of cell.querySelectorAll("annotation")) { note.remove() }
  return cell
}

// What is set where it is found: the slider or the field whose accessible name it is.
function settingOf(name, root = document) {
  const named = [...root.querySelectorAll("input")].filter((input) => [name, `${name}(0)`].includes(input.getAttribute("aria-label")))
  const seen = named.filter((input) => input.getClientRects().length > 0)
  const found = seen.find((input) => input.type === "range") ?? seen[0]
  if (found) { return found }
  for (const element of root.querySelectorAll("*")) {
    const inside = element.shadowRoot && settingOf(name, element.shadowRoot)
    if (inside) { return inside }
  }
  return null
}

function findSetting(name, until = performance.now() + FIND_MS) {
  const setting = settingOf(name)
  setting?.focus({focusVisible: true, preventScroll: true})
  if (!setting?.matches(":focus")) {
    // A panel may have to open first.
    if (performance.now() < until) { setTimeout(() => findSetting(name, until), 60) }
    return
  }
  setting.scrollIntoView({block: "center"})
  const field = setting.closest(".field, .row, li, label") ?? setting
  field.animate([{boxShadow: "0 0 0 4px #3a9bd9", borderRadius: "8px"}, {boxShadow: "0 0 0 4px transparent", borderRadius: "8px"}], {duration: 1600, easing: "ease-in"})
}

export function render({model, el}) {
  const box = made("div", "equations")
  const style = document.createElement("style")
  style.textContent = STYLE
  el.append(style, box)
  let bars = []
  let scales = []
  let rows = new Map()

  function find(name) {
    const row = rows.get(name)
    if (row) {
      row.scrollIntoView({block: "nearest"})
      row.classList.remove("found")
      requestAnimationFrame(() => row.classList.add("found"))
      return
    }
    model.send_msg({find: name})
    findSetting(name)
  }

  // Inside a formula, which is read aloud as one, a name answers to the pointer only; by keyboard
  // the buttons below the equations do the same.
  function link(cell, known) {
    for (const node of cell.querySelectorAll("[href]")) {
      const name = node.getAttribute("href")
      node.removeAttribute("href")
      node.dataset.name = name
      known.add(name)
    }
    return cell
  }

  function term({sign, latex, text}, known, measured) {
    const math = link(typeset(sign === "" ? latex : `${sign} ${latex}`), known)
    const cell = made("span", "term", [math])
    const bar = made("span", "bar", [document.createElement("i")])
    bar.setAttribute("aria-hidden", "true")
    if (measured) { cell.append(bar) }
    return {cell, bar, text: sign === "" ? text : `${sign} ${text}`}
  }

  function build() {
    const known = new Set()
    bars = []
    scales = model.rows.map(() => 0)
    rows = new Map()
    box.replaceChildren(...model.rows.map((row) => {
      const left = made("span", "left", [link(typeset(`${row.left} =`), known)])
      const terms = row.terms.map((each) => term(each, known, row.kind === "state"))
      bars.push(terms)
      const parts = terms.map(({cell}) => cell)
      if (row.left.includes("\\mathrm{d}")) {
        parts.push(typeset("\\mathrm{d}t"))
        if (parts.length > 2) { parts.unshift(typeset("(")); parts.splice(-1, 0, typeset(")")) }
      }
      if (row.noise) { parts.push(made("span", "term", [link(typeset(`+ ${row.noise}`), known)])) }
      const line = made("div", "row", [left, ...parts])
      if (row.kind === "aux") { rows.set(row.name, line) }
      return line
    }))
    if (model.left_out > 0) { box.append(made("div", "words", [`and ${model.left_out} more equations of this kind`])) }
    for (const [condition, assignments] of model.events) {
      const lines = assignments.map((assignment) => made("div", "row", [link(typeset(assignment), known)]))
      box.append(made("div", "events", [made("div", "", ["when ", link(typeset(condition), known), ":"]), ...lines]))
    }
    if (known.size) { box.append(names([...known])) }
    box.dataset.rows = String(model.rows.length)
  }

  // One stop of the tab key; the arrow keys go from name to name.
  function names(known) {
    const buttons = known.map((name, place) => {
      const button = Object.assign(made("button", "", [name]), {type: "button", tabIndex: place ? -1 : 0})
      button.dataset.name = name
      button.setAttribute("aria-label", `${name}, find it`)
      return button
    })
    const bar = made("div", "names", [made("span", "words", ["Find"]), ...buttons])
    bar.setAttribute("role", "toolbar")
    bar.setAttribute("aria-label", "Names in the equations")
    bar.addEventListener("keydown", (event) => {
      const at = buttons.indexOf(event.target)
      const next = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1}[event.key]
      if (at < 0 || next === undefined) { return }
      event.preventDefault()
      const button = buttons[(next + buttons.length) % buttons.length]
      buttons.forEach((other) => { other.tabIndex = other === button ? 0 : -1 })
      button.focus()
    })
    return bar
  }

  // What is wider than the sidebar is scrolled by the keyboard, too.
  function reach() {
    for (const cell of box.querySelectorAll(".term > span:first-child")) {
      const wide = cell.scrollWidth > cell.clientWidth
      if (wide === cell.hasAttribute("tabindex")) { continue }
      if (wide) {
        cell.tabIndex = 0
        cell.setAttribute("role", "group")
        cell.setAttribute("aria-label", "A wide term, scrolled by the arrow keys")
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) { cell.removeAttribute(name) }
      }
    }
  }

  function measure() {
    if (model.sizes.length !== bars.length) { return }
    model.sizes.forEach((sizes, place) => {
      const largest = Math.max(0, ...sizes.map((size) => Math.abs(size ?? 0)))
      // The scale follows a term that grows at once, one that shrinks slowly: bars stay comparable.
      scales[place] = Math.max(largest, 0.97 * scales[place])
      sizes.forEach((size, at) => {
        const part = bars[place][at]
        if (!part || size === null) { return }
        const length = scales[place] > 0 ? size / scales[place] : 0
        part.bar.className = length < 0 ? "bar below" : "bar"
        part.bar.firstChild.style.transform = `scaleX(${length.toFixed(3)})`
        part.bar.dataset.size = String(size)
        part.cell.title = `${part.text} = ${size.toPrecision(4)}`
      })
    })
  }

  const pressed = (event) => event.composedPath().find((node) => node.dataset && node.dataset.name)
  box.addEventListener("click", (event) => {
    const node = pressed(event)
    if (node) { find(node.dataset.name) }
  })

  let inside = false
  let told = null
  const attend = () => {
    const watched = inside && !document.hidden
    if (watched !== told) { told = watched; model.send_msg({watched}) }
  }
  const seen = new IntersectionObserver((entries) => { inside = entries.at(-1).isIntersecting; attend() })
  seen.observe(box)
  document.addEventListener("visibilitychange", attend)
  const colour = () => {
    const channels = getComputedStyle(el).color.match(/[\d.]+/g).map(Number)
    box.classList.toggle("dark", channels[0] + channels[1] + channels[2] > 382)
  }
  const themed = new MutationObserver(() => setTimeout(colour, 60))
  themed.observe(document.documentElement, {attributes: true})
  themed.observe(document.body, {attributes: true})
  const sized = new ResizeObserver(reach)
  sized.observe(box)
  model.on("version", () => { build(); reach() })
  model.on("sizes", measure)
  model.on("remove", () => {
    themed.disconnect()
    seen.disconnect()
    sized.disconnect()
    document.removeEventListener("visibilitychange", attend)
  })
  build()
  measure()
  requestAnimationFrame(colour)
}
