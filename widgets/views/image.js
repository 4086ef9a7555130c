// A picture made of values, for densities of more points than could be drawn.

function makeImage() {
  const sheet = document.createElement("canvas")
  const ink = sheet.getContext("2d")
  let pixels = null
  let extent = null

  // Values 0 … 1, the lowest row first; what is not a number stays empty.
  function take({width, height, values, x, y}) {
    if (pixels === null || sheet.width !== width || sheet.height !== height) {
      sheet.width = width
      sheet.height = height
      pixels = new ImageData(width, height)
    }
    const colours = colourMap()
    const out = new Uint32Array(pixels.data.buffer)
    for (let row = 0; row < height; row++) {
      const from = row * width, to = (height - 1 - row) * width
      for (let k = 0; k < width; k++) {
        const value = values[from + k]
        out[to + k] = value === value ? colours[value <= 0 ? 0 : value >= 1 ? 255 : (value * 255 + 0.5) | 0] : 0
      }
    }
    ink.putImageData(pixels, 0, 0)
    extent = {x, y}
  }

  function draw(target, area, {x, y}) {
    const px = (value) => area.left + (value - x[0]) / (x[1] - x[0]) * area.width
    const py = (value) => area.top + area.height - (value - y[0]) / (y[1] - y[0]) * area.height
    target.imageSmoothingEnabled = false
    const left = px(extent.x[0]), top = py(extent.y[1])
    target.drawImage(sheet, left, top, px(extent.x[1]) - left, py(extent.y[0]) - top)
  }

  return {take, draw}
}
