// A dialog over the page: the keyboard's focus stays in it, Escape closes it and goes back.

const DIALOG_STYLE = `
dialog { max-width: min(92vw, calc(760px * var(--phasescope-scale, 1))); max-height: 86vh; overflow-y: auto; padding: 18px 24px 20px; box-sizing: border-box;
  border-radius: 12px; border: 1px solid color-mix(in srgb, currentColor 30%, transparent); font: 500 calc(15px * var(--phasescope-scale, 1)) system-ui, sans-serif; }
dialog.dark { color: #e6edf4; background: #101822; }
dialog.light { color: #14202c; background: #fff; }
dialog::backdrop { background: rgba(0, 0, 0, .5); }
.title { display: flex; align-items: center; gap: 16px; margin-bottom: 6px; }
dialog h2 { font-size: 1.3em; margin: 0 auto 0 0; }
dialog h3 { font-size: 1em; margin: 12px 0 4px; }
dialog p { margin: 0 0 4px; font-weight: 400; line-height: 1.45; }
.close { font: inherit; font-weight: 600; min-height: 34px; padding: 0 14px; border-radius: 8px; color: inherit; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 45%, transparent); cursor: pointer; }
`

function makeDialog(el) {
  const element = make("dialog")
  const title = make("h2", {id: "dialog-title"})
  const close = make("button", {type: "button", className: "close", textContent: "Close", autofocus: true})
  const body = make("div")
  close.onclick = () => element.close()
  element.setAttribute("aria-labelledby", "dialog-title")
  element.append(make("style", {textContent: DIALOG_STYLE}), make("div", {className: "title"}, [title, close]), body)
  // A press beside it closes it, too.
  element.onclick = (event) => {
    const box = element.getBoundingClientRect()
    const inside = box.left <= event.clientX && event.clientX <= box.right && box.top <= event.clientY && event.clientY <= box.bottom
    if (event.target === element && !inside) { element.close() }
  }

  function show(name, nodes) {
    if (element.open) { return }
    title.textContent = name
    body.replaceChildren(...nodes)
    // It lies above everything, where the page's colours do not reach.
    const channels = getComputedStyle(el).color.match(/[\d.]+/g).map(Number)
    element.className = channels[0] + channels[1] + channels[2] > 382 ? "dark" : "light"
    element.showModal()
  }
  return {element, show}
}

function make(tag, properties = {}, children = []) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}
