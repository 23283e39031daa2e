// What a browser does not do by itself: talk to the server, and put what it sends in its place.
"use strict";

const form = document.getElementById("form");
let socket, pause = 500, timer;

function query() {
  const said = new URLSearchParams();
  for (const field of form.elements) {
    if (!field.name || field.disabled || (field.type === "checkbox" && !field.checked)) continue;
    if (field.dataset.default === field.value) continue;
    said.append(field.name, field.value);
  }
  return said.toString();
}

function say(message) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function ask(more) {
  say({query: query(), ...more});
}

function connect() {
  socket = new WebSocket(location.protocol.replace("http", "ws") + "//" + location.host + "/live");
  socket.onopen = () => { pause = 500; ask({}); };
  socket.onmessage = event => hear(JSON.parse(event.data));
  socket.onclose = () => {
    put("status", '<p class="status reconnecting">Reconnecting.</p>');
    setTimeout(connect, pause);
    pause = Math.min(pause * 2, 8000);
  };
}

// A move of a slider is one step of the history, however many values it passes.
let pushes = false, moving = false;
function hear(message) {
  for (const [id, html] of Object.entries(message.fragments || {})) put(id, html);
  if (message.form) put("form", message.form);
  if (message.problems) tell(message.problems);
  if (message.query !== undefined && form && !Object.keys(message.problems).length) {
    const link = location.pathname + (message.query ? "?" + message.query : "");
    if (link !== location.pathname + location.search) {
      history[pushes ? "pushState" : "replaceState"](null, "", link);
    }
    pushes = false;
  }
  if (message.set) for (const [name, value] of Object.entries(message.set)) set(name, value);
}

function set(name, value) {
  for (const field of form.querySelectorAll(`[name="${name}"],[data-for="${name}"]`)) field.value = value;
}

function tell(problems) {
  for (const place of document.querySelectorAll("[data-problem]")) {
    const text = problems[place.dataset.problem] || "";
    if (place.textContent !== text) place.textContent = text;
    const field = form && form.elements.namedItem(place.dataset.problem);
    if (field && field.setAttribute) text ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
  }
}

function moved(event, last) {
  const field = event.target;
  if (field.type === "range") form.elements[field.dataset.for].value = field.value;
  else if (field.name) for (const range of form.querySelectorAll(`[data-for="${field.name}"]`)) range.value = field.value;
  const name = field.dataset.for || field.name;
  clearTimeout(timer);
  pushes = pushes || !moving;
  moving = !last;
  timer = setTimeout(() => ask({moved: name}), last ? 0 : 60);
}

if (form) {
  form.addEventListener("input", event => moved(event, false));
  form.addEventListener("change", event => moved(event, true));
  form.addEventListener("submit", event => { event.preventDefault(); ask({}); });
  addEventListener("popstate", () => say({query: location.search.slice(1), form: true}));
}
document.addEventListener("click", event => {
  const does = event.target.dataset && event.target.dataset.do;
  if (does) say({do: does});
});
connect();
