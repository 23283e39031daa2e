// Puts what the server sends in its place; what somebody is at stays where it is.
"use strict";

const STOPS = "a[href], button, input, select, summary, [tabindex]";

function put(id, html) {
  const place = document.getElementById(id);
  if (!place) return;
  const at = document.activeElement, stop = place.contains(at) ? [...place.querySelectorAll(STOPS)].indexOf(at) : -1;
  const scrolled = [...place.querySelectorAll(".scroll")].map(each => each.scrollLeft);
  place.innerHTML = html;
  place.querySelectorAll(".scroll").forEach((each, k) => { each.scrollLeft = scrolled[k] || 0; });
  if (stop < 0) return;
  const same = place.querySelectorAll(STOPS)[stop];
  if (same && same.tagName === at.tagName && said(same) === said(at)) same.focus({preventScroll: true});
  else { place.tabIndex = -1; place.focus(); }
}

// What an element is to whoever uses it.
function said(element) {
  return element.id || element.name || element.getAttribute("aria-label") || (element.matches("pre") ? "" : element.textContent);
}
