(() => {
const $ = s => document.querySelector(s);
const said = $("#said"), status = $("#status"), field = $("#field"), form = $("form"), parts = $("fieldset"), pattern = $("#line");
const mostLines = 1000;
let isOver = false;

// What others have said is text, wherever it is put.
const put = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

const lineOf = line => {
  const p = pattern.content.firstElementChild.cloneNode(true);
  p.className = "line " + line.kind;
  for (const part of ["who", "when", "text"]) p.querySelector("." + part).textContent = line[part];
  return p;
};
const inBDI = (element, text) => {
  const bdi = document.createElement("bdi");
  bdi.textContent = text;
  element.append(bdi);
  return element;
};
const showPeople = people => {
  const list = $("#people");
  if (list) list.replaceChildren(...people.map(name => inBDI(document.createElement("li"), name)));
};
const showName = name => {
  document.title = name ? "Chatroom: " + name : "Chatroom";
  const whose = $("#whose");
  whose.textContent = name ? ": " : "";
  if (name) inBDI(whose, name);
};
// The last line stays in sight, also when a phone shows its keys. Who reads further up is left there.
let isAtEnd = true;
const goToEnd = () => { if (isAtEnd) said.scrollTop = said.scrollHeight; };
said.addEventListener("scroll", () => isAtEnd = said.scrollHeight - said.scrollTop - said.clientHeight < 40);
new ResizeObserver(goToEnd).observe(said);
const showLines = lines => {
  said.append(...lines.map(lineOf));
  while (said.childElementCount > mostLines) said.firstElementChild.remove();
  goToEnd();
};
const end = () => {
  isOver = true;
  events.close();
  parts.disabled = true;
  status.textContent = "The program has ended. Nothing more can be typed here; this page can be closed.";
  status.focus();
};

const events = new EventSource("events?after=" + document.body.dataset.told);
events.onmessage = event => {
  const now = JSON.parse(event.data);
  showLines(now.lines);
  showPeople(now.people || []);
  showName(now.name);
  put($("#label"), now.label);
  put($("#kept"), now.kept);
  if (now.ended) end();
};
events.onopen = () => {
  parts.disabled = false;
  status.textContent = "";
};
// The browser tries again by itself.
events.onerror = () => {
  if (isOver) return;
  parts.disabled = true;
  status.textContent = "The program does not answer.";
};

// post sends a text, and says what is wrong if it does not arrive.
const post = async (path, text) => {
  const answer = await fetch(path, {method: "POST", body: text}).catch(() => null);
  if (isOver) return;
  const wrong = !answer ? "The program does not answer." : answer.ok ? "" : (await answer.text()).trim();
  status.textContent = wrong;
  if (wrong && field && !field.value) field.value = text;
};
let before = Promise.resolve(); // lines arrive in the order in which they are sent
form.addEventListener("submit", event => {
  event.preventDefault();
  const text = field ? field.value : "";
  if (field) field.value = "";
  before = before.then(() => post(field ? "line" : "append", text));
});
goToEnd();
})();
