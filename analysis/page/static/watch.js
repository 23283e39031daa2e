// Plays runs that the server has sent, and asks about what is clicked.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const slider = document.getElementById("month");
let socket, runs = [], lines = [], playing, pause = 500, about = null;

function connect() {
  socket = new WebSocket(location.protocol.replace("http", "ws") + "//" + location.host + "/watching");
  socket.onopen = () => { pause = 500; if (!runs.length) say({scene: location.search.slice(1)}); };
  socket.onmessage = event => hear(JSON.parse(event.data));
  socket.onclose = () => {
    put("status", '<p class="status reconnecting">Reconnecting.</p>');
    runs = [];
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 8000);
  };
}

function say(message) {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function hear(message) {
  for (const [id, html] of Object.entries(message.fragments || {})) put(id, html);
  if (!message.runs) return;
  runs = message.runs;
  slider.max = message.months - 1;
  slider.value = Math.min(+slider.value, message.months - 1);
  lines = runs.map((run, side) => run.ties.map(tie => drawn(tie, side)));
  show();
  const asked = new URLSearchParams(location.search).get("about");
  if (asked) ask(asked);
}

function at(kind, row, side) {
  const mark = document.querySelector(`[data-about="${kind}:${row}:${side}"]`);
  const box = mark.getBBox();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

function drawn(tie, side) {
  const [council, university, name] = tie;
  const [x1, y1] = at("council", council, side), [x2, y2] = at("university", university, side);
  const bend = ((name % 5) - 2) * 0.06;
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", `M${x1},${y1}Q${(x1 + x2) / 2 + bend * (y2 - y1)},${(y1 + y2) / 2 - bend * (x2 - x1)} ${x2},${y2}`);
  path.dataset.about = `tie:${name}:${side}`;
  return {path, changes: tie.slice(3), stage: -1};
}

function stageOf(changes, month) {
  let stage = -1;
  for (let k = 0; k < changes.length && changes[k] <= month; k += 2) stage = changes[k + 1];
  return stage;
}

function show() {
  const month = +slider.value;
  document.getElementById("when").textContent = `year ${Math.floor(month / 12) + 1}, month ${month % 12 + 1}`;
  runs.forEach((run, side) => {
    const group = document.querySelector(`.ties[data-side="${side}"]`);
    for (const line of lines[side]) {
      const stage = stageOf(line.changes, month);
      if (stage === line.stage) continue;
      line.stage = stage;
      if (stage < 0) line.path.remove();
      else { line.path.setAttribute("class", `tie s${stage}`); if (!line.path.parentNode) group.append(line.path); }
    }
    document.querySelector(`.counts[data-side="${side}"]`).textContent =
      `${run.strategic[month]} lasting, ${run.project[month]} in a project`;
  });
}

function go(month) {
  slider.value = month;
  show();
  clearTimeout(go.later);
  go.later = setTimeout(() => { keep(); if (about) ask(about); }, 400);
}

function keep() {
  const link = new URLSearchParams(location.search);
  link.set("month", slider.value);
  if (about) link.set("about", about);
  history.replaceState(null, "", "?" + link.toString().replaceAll("%3A", ":").replaceAll("%2C", ","));
}

function ask(what) {
  const [kind, row, side] = what.split(":");
  about = what;
  const of = document.getElementById("of"), under = document.getElementById("under");
  of.value = of.querySelector(`[value="${kind}:${row}"]`) ? `${kind}:${row}` : "";
  under.value = side;
  say({about: [kind, +row, +side], month: +slider.value});
}

function play(on) {
  clearInterval(playing);
  playing = on ? setInterval(() => {
    if (+slider.value >= +slider.max) play(false); else go(+slider.value + 1);
  }, still ? 1500 : 250) : null;
  const button = document.getElementById("play");
  button.textContent = on ? "Pause" : "Play";
  button.setAttribute("aria-pressed", String(on));
}

document.getElementById("play").addEventListener("click", () => play(!playing));
document.getElementById("back").addEventListener("click", () => go(Math.max(0, +slider.value - 1)));
document.getElementById("next").addEventListener("click", () => go(Math.min(+slider.max, +slider.value + 1)));
slider.addEventListener("input", () => go(+slider.value));
document.addEventListener("change", event => {
  const of = document.getElementById("of"), under = document.getElementById("under");
  if ((event.target === of || event.target === under) && of.value) { ask(`${of.value}:${under.value}`); keep(); }
});
document.addEventListener("click", event => {
  const {about: what, why} = event.target.dataset || {};
  if (what) { ask(what); keep(); }
  if (why) { const [tie, month, name, side] = why.split(":"); say({why: [+tie, +month, name, +side]}); }
});
connect();
