(() => {
const $ = s => document.querySelector(s), all = s => [...document.querySelectorAll(s)];
const form = $(".find"), q = $("#q"), say = $("#count"), hits = all(".hit"), none = $(".none"), everywhere = $("#everywhere");
const plain = s => s.normalize("NFC").toLowerCase();
const texts = hits.map(h => plain(h.textContent + " " + h.dataset.w));
form.hidden = false;

// A rule is found that holds all the words; what holds no rule then is not shown.
const search = () => {
  const words = plain(q.value).split(/\s+/).filter(w => w);
  let found = 0;
  hits.forEach((h, i) => {
    h.hidden = !words.every(w => texts[i].includes(w));
    if (h.hidden) return;
    found++;
  });
  const shown = new Set(hits.filter(h => !h.hidden).map(h => h.querySelector("a").hash.slice(1)));
  all("#rules .card").forEach(c => c.hidden = !shown.has(c.id));
  all(".found").forEach(f => f.hidden = words.length > 0 && !f.querySelector(".hit:not([hidden]),.card:not([hidden])"));
  all(".prose").forEach(p => p.hidden = words.length > 0);
  none.hidden = found > 0;
  if (everywhere) everywhere.href = "index.html#q=" + encodeURIComponent(q.value);
  say.value = words.length ? found + " of " + hits.length + " rules" : "";
};
const clear = () => { q.value = ""; search(); };
q.addEventListener("input", search);
form.addEventListener("submit", e => {
  e.preventDefault();
  const first = hits.find(h => !h.hidden);
  if (q.value.trim() && first) first.querySelector("a").click();
});
// The key is taken from the browser when it goes down, and leads to the search when it is up: so it is not typed there.
const isSlash = e => e.key === "/" && e.target !== q && !e.ctrlKey && !e.metaKey && !e.altKey;
addEventListener("keyup", e => {
  if (!isSlash(e)) return;
  q.focus();
  q.select();
});
addEventListener("keydown", e => {
  if (isSlash(e)) e.preventDefault();
  if (e.key === "Escape" && e.target === q) clear();
  const links = hits.filter(h => !h.hidden).map(h => h.querySelector("a")), at = links.indexOf(document.activeElement);
  if (e.key === "ArrowDown" && (e.target === q || at >= 0) && links[at + 1]) { e.preventDefault(); links[at + 1].focus(); }
  if (e.key === "ArrowUp" && at >= 0) { e.preventDefault(); (links[at - 1] || q).focus(); }
});

// Contents are folded where they would hide the rules.
const side = $(".side details");
if (side && matchMedia("(max-width:1000px)").matches) side.open = false;
if (side) q.addEventListener("input", () => side.open = true);

const tools = $(".tools");
if (tools) {
  tools.hidden = false;
  tools.addEventListener("click", e => {
    const o = e.target.dataset.open;
    if (o !== undefined) all(".dia").forEach(d => d.open = o === "1");
  });
}

// A link leads to what it names, also where a search has left that out; #q=… is a search.
const go = () => {
  let name;
  try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  if (name.startsWith("q=")) {
    q.value = name.slice(2);
    search();
    return;
  }
  const to = document.getElementById(name);
  if (!to) return;
  if (to.closest("[hidden]")) clear();
  to.scrollIntoView();
};
addEventListener("hashchange", go);
go();
if (q.value) search();
})()
