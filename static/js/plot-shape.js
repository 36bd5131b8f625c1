// Draws the shape of a plot: tap its corners, or walk round it with the phone. What counts is the text field beneath,
// one corner a line, "latitude, longitude"; without this script it is typed.
(() => {
  const SIDE = 320;
  const STEP_METRES = 4; // corners nearer than that are noise of the receiver
  const MAX_CORNERS = 500;
  const RADIUS = 6371008.8;
  const svgElement = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  };
  const radians = (degrees) => (degrees * Math.PI) / 180;

  const readCorners = (text) => text.trim().split("\n").map((line) => line.match(/^\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*$/))
    .filter(Boolean).map((match) => ({ latitude: Number(match[1]), longitude: Number(match[2]) }));

  const start = (field) => {
    const said = field.dataset;
    let corners = readCorners(field.value);
    let centre = corners[0] || { latitude: Number(said.latitude) || 18.2, longitude: Number(said.longitude) || 105.7 };
    let across = 200; // metres from edge to edge
    let watch = null;
    let here = null;

    const toMetres = (point) => ({
      x: radians(point.longitude - centre.longitude) * RADIUS * Math.cos(radians(centre.latitude)),
      y: radians(point.latitude - centre.latitude) * RADIUS,
    });
    const toPoint = (metres) => ({
      latitude: centre.latitude + (metres.y / RADIUS) * (180 / Math.PI),
      longitude: centre.longitude + (metres.x / (RADIUS * Math.cos(radians(centre.latitude)))) * (180 / Math.PI),
    });
    const toBoard = (point) => {
      const metres = toMetres(point);
      return { x: SIDE / 2 + (metres.x * SIDE) / across, y: SIDE / 2 - (metres.y * SIDE) / across };
    };
    const area = () => {
      const at = corners.map(toMetres);
      return Math.abs(at.reduce((sum, p, i) => { const q = at[(i + 1) % at.length]; return sum + p.x * q.y - q.x * p.y; }, 0)) / 2;
    };

    const board = document.createElement("div");
    board.className = "shape-board";
    const svg = svgElement("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": field.labels[0].textContent });
    const tools = document.createElement("div");
    tools.className = "shape-tools";
    const told = document.createElement("p");
    told.className = "shape-said";
    told.setAttribute("role", "status");
    board.append(svg, tools, told);
    field.before(board);

    const draw = () => {
      svg.replaceChildren();
      const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((metres) => across / metres <= 12) || 1000;
      const offset = ((SIDE / across) * (across / 2)) % ((SIDE * step) / across);
      for (let at = offset; at < SIDE; at += (SIDE * step) / across) {
        svg.append(svgElement("line", { class: "grid", x1: at, x2: at, y1: 0, y2: SIDE }), svgElement("line", { class: "grid", x1: 0, x2: SIDE, y1: at, y2: at }));
      }
      const placed = corners.map(toBoard);
      if (placed.length > 1) svg.append(svgElement("polygon", { class: "plot-shape-land", points: placed.map((p) => `${p.x},${p.y}`).join(" ") }));
      if (placed.length < 60) placed.forEach((p) => svg.append(svgElement("circle", { class: "corner", cx: p.x, cy: p.y, r: 6 })));
      if (here) { const p = toBoard(here); svg.append(svgElement("circle", { class: "here", cx: p.x, cy: p.y, r: 7 })); }
      const label = svgElement("text", { class: "plot-shape-text", x: 8, y: SIDE - 10 });
      label.textContent = `▦ ${step} m`;
      svg.append(label);
      told.textContent = `${corners.length} ${said.corners}` + (corners.length > 2 ? ` · ${said.area}: ${Math.round(area()).toLocaleString(document.documentElement.lang)} m²` : "");
    };
    const show = () => {
      const all = here ? [...corners, here] : corners;
      if (!all.length) return;
      const latitudes = all.map((p) => p.latitude);
      const longitudes = all.map((p) => p.longitude);
      centre = { latitude: (Math.min(...latitudes) + Math.max(...latitudes)) / 2, longitude: (Math.min(...longitudes) + Math.max(...longitudes)) / 2 };
      const reach = Math.max(...all.map(toMetres).map((m) => Math.max(Math.abs(m.x), Math.abs(m.y))));
      across = Math.max(40, reach * 2.6);
    };
    const write = () => {
      field.value = corners.map((p) => `${p.latitude.toFixed(7)}, ${p.longitude.toFixed(7)}`).join("\n");
      draw();
    };
    const add = (point) => {
      if (corners.length >= MAX_CORNERS) return;
      corners.push(point);
      write();
    };
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn btn-quiet btn-sm";
      made.textContent = label;
      made.addEventListener("click", act);
      tools.append(made);
      return made;
    };
    const refuse = () => { told.textContent = said.refused; stop(); };
    const place = (position) => ({ latitude: position.coords.latitude, longitude: position.coords.longitude });
    const stop = () => {
      if (watch !== null) navigator.geolocation.clearWatch(watch);
      watch = null;
      follow.textContent = said.follow;
      follow.setAttribute("aria-pressed", "false");
    };

    button(said.walk, () => navigator.geolocation.getCurrentPosition((position) => {
      here = place(position);
      corners.push(here);
      show();
      write();
    }, refuse, { enableHighAccuracy: true, timeout: 20000 }));
    const follow = button(said.follow, () => {
      if (watch !== null) { stop(); return; }
      follow.textContent = said.stop;
      follow.setAttribute("aria-pressed", "true");
      watch = navigator.geolocation.watchPosition((position) => {
        here = place(position);
        const last = corners[corners.length - 1];
        const far = last ? Math.hypot(toMetres(here).x - toMetres(last).x, toMetres(here).y - toMetres(last).y) : Infinity;
        if (far >= STEP_METRES && corners.length < MAX_CORNERS) corners.push(here);
        show();
        write();
      }, refuse, { enableHighAccuracy: true });
    });
    button(said.undo, () => { corners.pop(); write(); });
    button(said.clear, () => { corners = []; here = null; write(); });
    button(said.nearer, () => { across = Math.max(20, across / 1.6); draw(); });
    button(said.further, () => { across = Math.min(20000, across * 1.6); draw(); });

    svg.addEventListener("click", (event) => {
      const frame = svg.getBoundingClientRect();
      const x = ((event.clientX - frame.left) / frame.width) * SIDE;
      const y = ((event.clientY - frame.top) / frame.height) * SIDE;
      add(toPoint({ x: ((x - SIDE / 2) * across) / SIDE, y: ((SIDE / 2 - y) * across) / SIDE }));
    });
    field.addEventListener("change", () => { corners = readCorners(field.value); show(); draw(); });
    show();
    draw();
  };

  document.querySelectorAll("textarea[data-plot-shape]").forEach(start);
})();
