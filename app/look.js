// Dark or light, usual or large type: the system's preference first, then what was chosen last.

const STYLE = `
:host { display: block; }
.look { display: flex; gap: 2px; align-items: center; }
button { display: inline-flex; align-items: center; justify-content: center; min-width: 2.3rem; height: 2.3rem; padding: 0 .4rem; border: 0; border-radius: 8px;
  background: transparent; color: inherit; cursor: pointer; font: 700 1.05rem system-ui, sans-serif; }
button:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
button:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
button[aria-pressed=true] { box-shadow: inset 0 0 0 2px color-mix(in srgb, currentColor 55%, transparent); }
svg { width: 1.35rem; height: 1.35rem; fill: currentColor; }
.large::after { content: "A"; font-size: .72em; align-self: end; margin: 0 0 .35em 1px; }
`
const MOON = "M21 12.8A9 9 0 1 1 11.2 3a7 7 0 0 0 9.8 9.8z"
const SUN = "M12 7a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM11 1h2v4h-2zM11 19h2v4h-2zM1 11h4v2H1zM19 11h4v2h-4zM3.5 4.9l1.4-1.4 2.8 2.8-1.4 1.4z" +
  "M16.3 17.7l1.4-1.4 2.8 2.8-1.4 1.4zM19.1 3.5l1.4 1.4-2.8 2.8-1.4-1.4zM6.3 16.3l1.4 1.4-2.8 2.8-1.4-1.4z"

export function render({model, el, view}) {
  const page = pageOf(view)
  const system = matchMedia("(prefers-color-scheme: dark)")
  const root = document.documentElement
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties)
  const type = make("button", {type: "button", className: "large", textContent: "A", title: "Large type, for a projector (L)"})
  type.setAttribute("aria-label", "Large type")
  const theme = make("button", {type: "button", title: "Dark or light (D)"})
  theme.setAttribute("aria-label", "Toggle theme")
  const look = make("div", {className: "look"})
  look.append(type, theme)
  el.append(make("style", {textContent: STYLE}), look)

  const dark = () => (recall("phasescope theme") ?? held.theme ?? (system.matches ? "dark" : "light")) === "dark"
  const large = () => (recall("phasescope type") ?? held.type) === "large"
  const held = {theme: null, type: null}    // where the page may not remember

  function dress() {
    page.dark_theme = dark()
    root.style.colorScheme = dark() ? "dark" : "light"
    root.style.setProperty("--phasescope-ground", dark() ? "#0b1118" : "#ffffff")
    theme.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${dark() ? MOON : SUN}"/></svg>`
    theme.setAttribute("aria-pressed", String(dark()))
  }

  function scale() {
    root.style.setProperty("--phasescope-scale", String(large() ? model.large : 1))
    type.setAttribute("aria-pressed", String(large()))
    document.dispatchEvent(new Event("phasescope-scaled"))
  }

  const toggle = {
    "theme": () => { held.theme = dark() ? "light" : "dark"; keep("phasescope theme", held.theme); dress() },
    "large type": () => { held.type = large() ? "usual" : "large"; keep("phasescope type", held.type); scale() },
  }
  const heard = (event) => toggle[event.detail]?.()
  theme.onclick = toggle.theme
  type.onclick = toggle["large type"]
  system.addEventListener("change", dress)
  document.addEventListener("phasescope-action", heard)
  model.on("remove", () => {
    system.removeEventListener("change", dress)
    document.removeEventListener("phasescope-action", heard)
  })
  dress()
  scale()
}
