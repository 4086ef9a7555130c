// The edge between the sidebar and the rest: dragged, or moved by the arrow keys.
//
// On a narrow page the sidebar lies over the rest, and is closed at first.

const STYLE = `
:host { display: block; height: 0; }
.edge { position: fixed; top: 3.25rem; bottom: 0; width: 12px; margin-left: -9px; cursor: col-resize; touch-action: none; z-index: 5; }
.edge::after { content: ""; position: absolute; inset: 0 5px; border-radius: 2px; }
.edge:hover::after, .edge:active::after { background: color-mix(in srgb, currentColor 35%, transparent); }
.edge:focus-visible { outline: 2px solid #3a9bd9; outline-offset: -4px; }
`
const NARROW = 700
const CROWDED = 1150      // pixels of the page below which the sidebar makes room for the editor
const STEP = 16

export function render({model, el, view}) {
  const page = pageOf(view)
  const edge = document.createElement("div")
  edge.className = "edge"
  edge.tabIndex = 0
  for (const [name, value] of [["role", "separator"], ["aria-orientation", "vertical"], ["aria-label", "Width of the sidebar"], ["title", "Drag to resize the sidebar"]]) {
    edge.setAttribute(name, value)
  }
  el.append(Object.assign(document.createElement("style"), {textContent: STYLE}), edge)
  let chosen = Number(recall("phasescope sidebar")) || 0     // at the usual size of type; 0: none

  const scale = () => Number(document.documentElement.style.getPropertyValue("--phasescope-scale")) || 1
  const part = (share) => Math.max(model.least, share * innerWidth / scale())
  const bounds = () => [model.least, innerWidth < NARROW ? innerWidth / scale() : Math.min(model.most, part(0.7))]
  const width = () => {
    const [least, most] = bounds()
    return Math.min(most, Math.max(least, chosen || (innerWidth < NARROW ? model.usual : Math.min(model.usual, part(0.42)))))
  }

  function place() {
    const [least, most] = bounds()
    const shown = Math.round(scale() * width())
    page.sidebar_width = shown
    edge.style.left = `${shown}px`
    edge.setAttribute("aria-valuenow", String(shown))
    edge.setAttribute("aria-valuemin", String(Math.round(least * scale())))
    edge.setAttribute("aria-valuemax", String(Math.round(most * scale())))
  }

  function resize(next) {
    const [least, most] = bounds()
    chosen = next && Math.min(most, Math.max(least, next))
    place()
    keep("phasescope sidebar", String(Math.round(chosen)))
  }

  edge.addEventListener("pointerdown", (event) => { edge.setPointerCapture(event.pointerId); event.preventDefault(); edge.focus({focusVisible: false}) })
  edge.addEventListener("pointermove", (event) => { if (edge.hasPointerCapture(event.pointerId)) { resize(event.clientX / scale()) } })
  edge.addEventListener("dblclick", () => resize(0))
  edge.addEventListener("keydown", (event) => {
    const [least, most] = bounds()
    const next = {ArrowLeft: width() - STEP, ArrowRight: width() + STEP, Home: least, End: most}[event.key]
    if (next === undefined) { return }
    event.preventDefault()
    resize(next)
  })
  model.on("crowded", () => {
    if (model.crowded && innerWidth < CROWDED * scale()) { page.sidebar_open = false }
  })
  // What is searched for stands in the sidebar.
  const heard = (event) => { if (event.detail === "search") { page.sidebar_open = true } }
  document.addEventListener("phasescope-action", heard)
  document.addEventListener("phasescope-scaled", place)
  window.addEventListener("resize", place)
  model.on("remove", () => {
    document.removeEventListener("phasescope-action", heard)
    document.removeEventListener("phasescope-scaled", place)
    window.removeEventListener("resize", place)
  })
  place()
  if (innerWidth < NARROW) { page.sidebar_open = false }
}
