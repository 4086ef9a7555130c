// Where the plots stand, and what moves them: menus, keys, dragging a head, dividers.
//
// Places are set by style alone: a plot that moves is never taken out of the page, so it keeps its
// picture, its zoom and what is typed into it.

const NARROW = 620       // pixels below which columns stand one above another
const TIGHTEST = 430     // and below which they do so however low the page is
const LOWEST = 160       // a picture is at least so high; a page of more of them scrolls
const GAP = {x: 12, y: 8}

const ICONS = {
  fit: '<path d="M2.5 8h11M5 5.5 2.5 8 5 10.5M11 5.5 13.5 8 11 10.5M2.5 3v10M13.5 3v10"/>',
  add: '<path d="M8 3v10M3 8h10"/>',
  box: '<path d="M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3"/><path d="M6 6h4v4H6z"/>',
  grow: '<path d="M9.5 3H13v3.5M6.5 13H3V9.5M13 3 9 7M3 13l4-4"/>',
  shrink: '<path d="M13 6.5H9.5V3M3 9.5h3.5V13M9.5 6.5 13 3M6.5 9.5 3 13"/>',
  more: '<path d="M8 3.2v.01M8 8v.01M8 12.8v.01" stroke-width="2.6"/>',
  turn: '<path d="M13 8a5 5 0 1 1-1.5-3.5M13 2.5V5h-2.6"/>',
}

function iconButton(icon, label) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "icon"
  button.setAttribute("aria-label", label)
  button.title = label
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${ICONS[icon]}</svg>`
  return button
}

function makeBoard({box, plots, order, sized}) {
  const bar = document.createElement("div")
  bar.className = "bar"
  const refusal = document.createElement("span")
  refusal.className = "refused"
  refusal.setAttribute("role", "alert")
  const add = iconButton("add", "Add view")
  add.className = ""
  add.append("Add view")
  bar.append(refusal, add)
  const panes = document.createElement("div")
  panes.className = "panes"
  const target = document.createElement("div")
  target.className = "target"
  const empty = document.createElement("div")
  empty.className = "empty"
  empty.textContent = "No view is shown; “Add view” offers some."
  target.hidden = empty.hidden = true
  panes.append(target, empty)
  box.append(bar, panes)
  const menus = makeMenus(box)
  let layout = {columns: [], maximised: "", fixed: true, menu: []}
  let spots = new Map()     // pixels by pane
  let type = 1              // size of type
  const dividers = makeDividers(panes, order, (next) => { layout = next; place() })

  menus.attach(add, () => layout.menu.map(([kind, caption, misfit]) => ({
    text: caption, note: misfit, act: misfit ? null : () => order({do: "add", kind}),
  })))

  function arrange(next, wanted) {
    layout = next
    bar.hidden = layout.fixed
    empty.hidden = wanted.length > 0
    // The order of the page is that of the columns, for the tab key and for readers.
    const held = panes.getRootNode().activeElement
    let before = panes.firstChild
    for (const id of wanted) {
      const element = plots.get(id).element
      if (element === before) { before = before.nextSibling } else { panes.insertBefore(element, before) }
    }
    if (held && held !== panes.getRootNode().activeElement && panes.contains(held)) { held.focus() }
    place()
    menus.refresh()
  }

  function place() {
    const width = panes.clientWidth, height = panes.clientHeight
    if (!width) { return }
    // What is large is counted in larger pixels.
    type = Number(box.style.getPropertyValue("--type")) || 1
    const tight = width < NARROW * type && box.clientHeight > 1.2 * width || width < TIGHTEST * type
    const narrow = tight && layout.columns.length > 1
    const columns = narrow
      ? [{width: 1, panes: layout.columns.flatMap((column) => column.panes)}] : layout.columns
    spots = new Map()
    const shares = columns.reduce((sum, column) => sum + column.width, 0)
    const room = width - GAP.x * (columns.length - 1)
    let left = 0
    for (const column of columns) {
      const across = room * column.width / shares
      // How many rows a head takes depends on its width.
      for (const {id} of column.panes) { if (plots.has(id)) { plots.get(id).element.style.width = `${across}px` } }
      stack(column.panes.filter(({id}) => plots.has(id)), left, across, height)
      left += across + GAP.x
    }
    const alone = plots.has(layout.maximised) ? layout.maximised : ""
    for (const [id, plot] of plots) {
      const spot = id === alone ? {left: 0, top: 0, width, height} : spots.get(id)
      plot.element.hidden = spot === undefined || (alone !== "" && id !== alone)
      plot.element.classList.toggle("movable", !layout.fixed && !alone && plots.size > 1)
      if (!spot) { continue }
      for (const [name, value] of Object.entries(spot)) { plot.element.style[name] = `${value}px` }
    }
    // Between two pieces of news a pane may have no plot yet, or no longer one.
    const whole = columns.every((column) => column.panes.every(({id}) => spots.has(id)))
    const still = alone || narrow || layout.fixed || !whole
    dividers.place(still ? [] : columns, spots, layout)
    for (const plot of plots.values()) { plot.retool() }
    sized()
  }

  function stack(column, left, across, height) {
    const lowest = column.map(({id}) => plots.get(id).headHeight() + LOWEST * type)
    const least = lowest.reduce((sum, low) => sum + low, 0)
    const room = Math.max(height - GAP.y * (column.length - 1), least)
    // None is lower than can be used; the others share what is left.
    let low = column.map(() => false)
    let high = []
    for (let again = true; again;) {
      const rest = room - lowest.reduce((sum, value, k) => sum + (low[k] ? value : 0), 0)
      const shares = column.reduce((sum, pane, k) => sum + (low[k] ? 0 : pane.height), 0)
      high = column.map((pane, k) => low[k] ? lowest[k] : rest * pane.height / shares)
      const next = high.map((value, k) => low[k] || value < lowest[k])
      again = next.some((value, k) => value !== low[k]) && !next.every(Boolean)
      if (next.every(Boolean)) { high = lowest.map((value) => value * room / least) }
      low = next
    }
    let top = 0
    column.forEach((pane, k) => {
      spots.set(pane.id, {left, top, width: across, height: high[k]})
      top += high[k] + GAP.y
    })
  }

  // The buttons at the end of a plot's head.
  function tools(pane) {
    const plot = plots.get(pane)
    const found = []
    const {state} = plot
    if (state.frame?.space) {
      const turn = iconButton("turn", "Turn by itself")
      turn.setAttribute("aria-pressed", String(state.space.pose.spinning))
      turn.onclick = () => { state.space.pose.spinning = !state.space.pose.spinning; plot.retool(); sized() }
      found.push(turn)
    } else if (!state.frame?.table) {
      const boxing = iconButton("box", "Zoom into a box")
      boxing.setAttribute("aria-pressed", String(state.boxing))
      boxing.onclick = () => { state.boxing = !state.boxing; plot.retool() }
      found.push(boxing)
    }
    if (layout.fixed) { return found }
    const alone = layout.maximised === pane
    const grow = iconButton(alone ? "shrink" : "grow", alone ? "Show all views again" : "Show this view alone")
    grow.onclick = () => order({do: "maximise", pane: alone ? "" : pane})
    const more = iconButton("more", `Arrange ${state.face.title}`)
    menus.attach(more, () => arrangements(pane))
    return [...found, grow, more]
  }

  function arrangements(pane) {
    const move = (direction) => ({
      text: `Move ${direction}`, note: "", key: `Shift+Alt+Arrow${direction[0].toUpperCase()}${direction.slice(1)}`,
      act: () => order({do: "move", pane, direction}),
    })
    const {state} = plots.get(pane)
    const flat = state.frame?.space ? [{
      text: state.space.pose.flat ? "Perspective" : "Parallel projection", note: "",
      act: () => { state.space.pose.flat = !state.space.pose.flat; sized() },
    }] : []
    return [...["left", "right", "up", "down"].map(move), ...flat, {text: "Remove", note: "", act: () => order({do: "remove", pane})}]
  }

  // A head that is dragged carries its plot: onto the side of another one.
  function adopt(pane, plot) {
    const {element} = plot
    let start = null
    let drop = null
    element.addEventListener("pointerdown", (event) => {
      if (event.button || !event.target.matches(".title, .words, .spread, .head") || !element.classList.contains("movable")) { return }
      start = {x: event.clientX, y: event.clientY}
      element.setPointerCapture(event.pointerId)
    })
    element.addEventListener("pointermove", (event) => {
      if (!start) { return }
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) < 7 && !drop) { return }
      const bounds = panes.getBoundingClientRect()
      drop = sideAt({x: event.clientX - bounds.left, y: event.clientY - bounds.top + panes.scrollTop}, pane)
      target.hidden = drop === null
      if (drop) { showTarget(drop) }
    })
    const end = (event) => {
      if (start && drop && event.type === "pointerup") { order({do: "place", pane, beside: drop.pane, side: drop.side}) }
      start = drop = null
      target.hidden = true
    }
    element.addEventListener("pointerup", end)
    element.addEventListener("pointercancel", end)
    element.addEventListener("keydown", (event) => {
      const direction = {ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down"}[event.key]
      if (!direction || !event.altKey || !event.shiftKey || layout.fixed) { return }
      event.preventDefault()
      event.stopPropagation()
      order({do: "move", pane, direction})
    })
  }

  function sideAt(at, dragged) {
    for (const [pane, {left, top, width, height}] of spots) {
      const x = (at.x - left) / width, y = (at.y - top) / height
      if (pane === dragged || x < 0 || x > 1 || y < 0 || y > 1) { continue }
      const sides = {left: x, right: 1 - x, top: y, bottom: 1 - y}
      const side = Object.keys(sides).reduce((a, b) => sides[a] <= sides[b] ? a : b)
      return {pane, side}
    }
    return null
  }

  function showTarget({pane, side}) {
    const {left, top, width, height} = spots.get(pane)
    const upright = side === "left" || side === "right"
    Object.assign(target.style, {
      left: `${side === "right" ? left + width / 2 : left}px`, top: `${side === "bottom" ? top + height / 2 : top}px`,
      width: `${upright ? width / 2 : width}px`, height: `${upright ? height : height / 2}px`,
    })
  }

  function refuse(refused) {
    const words = refused.order?.words ?? ""
    if (refusal.textContent !== words) { refusal.textContent = words }
  }

  return {arrange, place, tools, adopt, refuse}
}
