// Lines and points of a projected curve, painted with smooth edges into an array of opacities.

function makeRaster() {
  let width = 0, height = 0
  let cover = new Uint8Array(0)
  let image = null
  let pixels = null
  let top = 0, bottom = -1      // rows that have something on them

  function begin(across, down) {
    if (across !== width || down !== height) {
      width = across
      height = down
      cover = new Uint8Array(width * height)
      image = new ImageData(width, height)
      pixels = new Uint32Array(image.data.buffer)
    } else if (bottom >= top) {
      cover.fill(0, top * width, (bottom + 1) * width)
    }
    top = height
    bottom = -1
  }

  function dot(x, y, alpha) {
    const left = x | 0, up = y | 0
    if (!(x >= 1 && y >= 1 && x < width - 2 && y < height - 2)) { return }
    const at = up * width + left
    cover[at] += (255 - cover[at]) * alpha >> 8
    cover[at + 1] += (255 - cover[at + 1]) * alpha >> 8
    cover[at + width] += (255 - cover[at + width]) * alpha >> 8
    cover[at + width + 1] += (255 - cover[at + width + 1]) * alpha >> 8
    if (up < top) { top = up }
    if (up + 1 > bottom) { bottom = up + 1 }
  }

  // Xiaolin Wu's line (1991): two pixels a step share the opacity.
  function line(x0, y0, x1, y1, alpha) {
    const dx = x1 - x0, dy = y1 - y0
    const steep = Math.abs(dy) > Math.abs(dx)
    const long = steep ? Math.abs(dy) : Math.abs(dx)
    const steps = long < 1 ? 1 : Math.ceil(long)
    // What is shorter than a pixel leaves as much less ink.
    const weight = long < 1 ? alpha * Math.max(long, 0.12) : alpha
    const stepX = dx / steps, stepY = dy / steps
    const beside = steep ? 1 : width
    let x = x0, y = y0
    for (let k = 0; k < steps; k++) {
      const left = x | 0, up = y | 0
      const part = steep ? x - left : y - up
      const at = up * width + left
      const second = weight * part
      cover[at] += (255 - cover[at]) * (weight - second) >> 8
      cover[at + beside] += (255 - cover[at + beside]) * second >> 8
      x += stepX
      y += stepY
    }
    const low = (y0 < y1 ? y0 : y1) | 0, high = ((y0 < y1 ? y1 : y0) | 0) + 1
    if (low < top) { top = low }
    if (high > bottom) { bottom = high }
  }

  // The part of a line that lies on the sheet, by Liang and Barsky (1984).
  function clipped(x0, y0, x1, y1, alpha) {
    const dx = x1 - x0, dy = y1 - y0
    let from = 0, to = 1
    for (let side = 0; side < 4; side++) {
      const towards = side === 0 ? -dx : side === 1 ? dx : side === 2 ? -dy : dy
      const room = side === 0 ? x0 - 1 : side === 1 ? width - 3 - x0 : side === 2 ? y0 - 1 : height - 3 - y0
      if (towards === 0) { if (room < 0) { return } } else {
        const r = room / towards
        if (towards < 0) { if (r > from) { from = r } } else if (r < to) { to = r }
      }
    }
    if (from < to) { line(x0 + from * dx, y0 + from * dy, x0 + to * dx, y0 + to * dy, alpha) }
  }

  function paint(piece, {at, eye, middle, centre, reach, points, pairs, fading, alpha}) {
    const {x: xs, y: ys, z: zs, start, end} = piece
    const count = end - start
    const a0 = at[0], a1 = at[1], a2 = at[2], a3 = at[3], b0 = at[4], b1 = at[5], b2 = at[6], b3 = at[7]
    const c0 = at[8], c1 = at[9], c2 = at[10], c3 = at[11]
    const right = width - 3, below = height - 3
    let lastX = NaN, lastY = NaN, ink = 255 * alpha
    for (let i = start; i < end; i++) {
      const x = xs[i], y = ys[i], z = zs[i]
      const near = c0 + c1 * x + c2 * y + c3 * z
      const away = eye - near
      const grow = eye === 0 ? reach : reach * eye / (away < 0.2 ? 0.2 : away)
      const px = middle + grow * (a0 + a1 * x + a2 * y + a3 * z)
      const py = centre - grow * (b0 + b1 * x + b2 * y + b3 * z)
      if (fading && (i & 63) === 0) { ink = 255 * alpha * (0.2 + 0.8 * ((i - start) / count) ** 1.6) }
      // What is farther away is fainter.
      const shade = ink * (near > 1 ? 1 : near < -1 ? 0.6 : 0.8 + 0.2 * near)
      if (points) {
        dot(px, py, shade)
      } else if (!pairs || (i - start & 1)) {
        if (px >= 1 && px < right && py >= 1 && py < below && lastX >= 1 && lastX < right && lastY >= 1 && lastY < below) {
          line(lastX, lastY, px, py, shade)
        } else if (Math.abs(px) < 1e7 && Math.abs(py) < 1e7 && Math.abs(lastX) < 1e7 && Math.abs(lastY) < 1e7) {
          clipped(lastX, lastY, px, py, shade)
        }
      }
      lastX = px
      lastY = py
    }
  }

  function show(sheet, ink, colour) {
    if (sheet.width !== width || sheet.height !== height) {
      sheet.width = width
      sheet.height = height
    } else {
      ink.clearRect(0, 0, width, height)
    }
    if (bottom < top) { return }
    const first = Math.max(0, top), last = Math.min(height - 1, bottom)
    const [r, g, b] = channelsOf(colour)
    const body = b << 16 | g << 8 | r
    for (let k = first * width, end = (last + 1) * width; k < end; k++) { pixels[k] = cover[k] << 24 | body }
    ink.putImageData(image, 0, 0, 0, first, width, last - first + 1)
  }

  return {begin, paint, show}
}
