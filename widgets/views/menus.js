// Menus that open at a button: by mouse, finger or keys, closed by Escape or a click elsewhere.

function makeMenus(box) {
  let open = null     // {menu, button, offer, entries}

  function shut(refocus) {
    if (!open) { return }
    const {menu, button} = open
    open = null
    menu.remove()
    button.setAttribute("aria-expanded", "false")
    document.removeEventListener("pointerdown", outside, true)
    if (refocus && button.isConnected) { button.focus() }
  }

  function outside(event) {
    const path = event.composedPath()
    if (!path.includes(open.menu) && !path.includes(open.button)) { shut(false) }
  }

  function attach(button, entries) {
    button.setAttribute("aria-haspopup", "menu")
    button.setAttribute("aria-expanded", "false")
    button.onclick = () => {
      const again = open?.button === button
      shut(true)
      if (!again) { show(button, entries) }
    }
  }

  const outline = (entries) => JSON.stringify(entries.map(({text, note, act}) => [text, note, Boolean(act)]))

  // What is offered may change while it is read.
  function refresh() {
    if (!open || !open.button.isConnected) { shut(false); return }
    const {button, offer, entries} = open
    if (outline(offer()) === outline(entries)) { return }
    shut(false)
    show(button, offer)
  }

  function show(button, offer) {
    const entries = offer()
    const menu = document.createElement("div")
    menu.className = "menu"
    menu.setAttribute("role", "menu")
    menu.setAttribute("aria-label", button.getAttribute("aria-label"))
    const items = entries.map(({text, note, key, act}) => {
      const item = document.createElement("button")
      item.type = "button"
      item.setAttribute("role", "menuitem")
      item.tabIndex = -1
      const name = document.createElement("span")
      name.className = "name"
      name.textContent = text
      item.append(name)
      if (note) {
        const why = document.createElement("small")
        why.textContent = note
        item.append(why)
      }
      if (key) { item.setAttribute("aria-keyshortcuts", key) }
      if (!act) { item.setAttribute("aria-disabled", "true") }
      item.onclick = () => { if (act) { shut(true); act() } }
      menu.append(item)
      return item
    })
    menu.addEventListener("keydown", (event) => {
      const at = items.indexOf(menu.getRootNode().activeElement)
      const next = {ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1}[event.key]
      event.stopPropagation()
      if (next !== undefined) {
        event.preventDefault()
        items[(next + items.length) % items.length].focus()
      } else if (event.key === "Escape" || event.key === "Tab") {
        shut(true)
      }
    })
    menu.addEventListener("focusin", (event) => {
      for (const item of items) { item.tabIndex = item === event.target ? 0 : -1 }
    })
    box.append(menu)
    const at = button.getBoundingClientRect(), around = box.getBoundingClientRect()
    const left = Math.min(at.left - around.left, around.width - menu.offsetWidth - 4)
    const below = at.bottom - around.top + 3
    const fits = below + menu.offsetHeight < around.height
    menu.style.left = `${Math.max(2, left)}px`
    menu.style.top = `${Math.max(2, fits ? below : around.height - menu.offsetHeight - 4)}px`
    button.setAttribute("aria-expanded", "true")
    open = {menu, button, offer, entries}
    document.addEventListener("pointerdown", outside, true)
    items[0]?.focus()
  }

  return {attach, refresh}
}
