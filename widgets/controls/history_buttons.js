// Undo and redo, each saying what it would do.

const STYLE = `
:host { display: block; }
.pair { display: flex; gap: 2px; font: 400 15px system-ui, sans-serif; }
button { width: 38px; height: 36px; display: grid; place-items: center; padding: 0; border: 0; border-radius: 8px;
  background: transparent; color: inherit; cursor: pointer; }
button:hover:not([aria-disabled=true]) { background: color-mix(in srgb, currentColor 10%, transparent); }
button[aria-disabled=true] { opacity: .38; cursor: default; }
button:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
@media (pointer: coarse) { button { width: 44px; height: 44px; } }
`

const ARROWS = {
  undo: "M7.5 4 3.5 8l4 4M4 8h8a5 5 0 0 1 0 10H8",
  redo: "M14.5 4l4 4-4 4M18 8h-8a5 5 0 0 0 0 10h4",
}

export function render({model, el}) {
  const style = document.createElement("style")
  style.textContent = STYLE
  const pair = document.createElement("div")
  pair.className = "pair"
  pair.setAttribute("role", "group")
  pair.setAttribute("aria-label", "History")
  el.append(style, pair)

  // A button that has nothing to do stays in the tab order: the focus is not lost at the end.
  function button(action, caption) {
    const made = document.createElement("button")
    made.type = "button"
    made.innerHTML = `<svg viewBox="0 0 22 22" aria-hidden="true"><path d="${ARROWS[action]}"/></svg>`
    made.addEventListener("click", () => {
      if (made.getAttribute("aria-disabled") !== "true") { model.send_msg(action) }
    })
    pair.append(made)
    return (words) => {
      const text = words ? `${caption} ${words}` : caption
      made.title = words ? text : `Nothing to ${action}`
      // The name stays the same: a change of the stepper must not make this a second "Step".
      made.setAttribute("aria-label", caption)
      made.setAttribute("aria-description", words ?? "")
      made.setAttribute("aria-disabled", String(!words))
    }
  }

  const undo = button("undo", "Undo"), redo = button("redo", "Redo")
  function update() { undo(model.undo); redo(model.redo) }
  model.on(["undo", "redo"], update)
  update()
}
