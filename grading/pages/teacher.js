(() => {
document.documentElement.className = "js-on";
const $ = s => document.querySelector(s), tb = $(".mx tbody"), t = $(".mx table"), rows = [...tb.rows], heads = [...t.tHead.rows[1].cells], say = $("#count");
const words = {"✓": "passed", "✗": "failed", "△": "failed, no points", "–": "blocked", "?": "unverified", "≈": "unsteady", "·": "not run"}, rank = "✗△≈–?✓·";
document.querySelectorAll(".js").forEach(e => e.hidden = false);
t.setAttribute("role", "grid");
const name = r => r.cells[0].querySelector("bdi").textContent;
const title = rule => document.getElementById("c" + rule).dataset.t;
const judged = r => r.cells.length === heads.length;

// Each cell says what it is to who cannot see its column.
heads.forEach(h => {
  const a = h.querySelector("abbr");
  if (!a) return;
  h.dataset.t = a.title;
  a.append(Object.assign(document.createElement("span"), {className: "vh", textContent: " " + a.title}));
});
rows.forEach((r, i) => {
  r.dataset.i = i;
  [...r.cells].forEach((c, j) => {
    if (j > 2 && c.colSpan === 1) c.setAttribute("aria-label", name(r) + ", " + heads[j].dataset.r + ": " + words[c.textContent]);
  });
});

// A column sorts when its head is activated, and the other way round when it is once more.
heads.forEach((h, j) => {
  const b = document.createElement("span");
  b.setAttribute("role", "button");
  b.className = "sort";
  b.tabIndex = -1;
  b.addEventListener("keydown", e => {
    if (e.key !== "Enter" && e.key !== " ") return;
    e.preventDefault();
    e.stopPropagation();
    b.click();
  });
  if (j > 2) b.title = h.dataset.t;
  b.append(...h.childNodes);
  h.append(b);
  b.addEventListener("click", () => {
    const up = h.getAttribute("aria-sort") === "ascending", dir = up ? -1 : 1;
    heads.forEach(x => x.removeAttribute("aria-sort"));
    h.setAttribute("aria-sort", up ? "descending" : "ascending");
    const value = r => {
      if (!j) return name(r);
      if (!judged(r)) return 1e9 * dir;
      const s = r.cells[j].textContent;
      return j > 2 ? rank.indexOf(s) : parseFloat(s);
    };
    rows.sort((a, b) => { const x = value(a), y = value(b); return (x < y ? -1 : x > y ? 1 : 0) * dir || a.dataset.i - b.dataset.i; });
    tb.append(...rows);
    say.value = "sorted by " + (h.dataset.r || h.textContent);
  });
});

// The matrix has one tab stop, which the arrow keys move.
let current;
const stop = e => { if (current) current.tabIndex = -1; current = e; e.tabIndex = 0; };
const target = c => c.querySelector("a,.sort") || c;
const isSeen = c => c && c.offsetParent !== null;
t.querySelectorAll("tbody a").forEach(a => a.tabIndex = -1);
if (rows.length) stop(target(rows[0].cells[0]));
t.addEventListener("focusin", e => { const c = e.target.closest("td,th"); if (c) stop(target(c)); });
t.addEventListener("keydown", e => {
  const c = e.target.closest("td,th");
  const move = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0], Home: [0, -99], End: [0, 99]}[e.key];
  if (!c) return;
  if ((e.key === "Enter" || e.key === " ") && c.matches("tbody td") && c.cellIndex > 2 && c.colSpan === 1) { e.preventDefault(); open(c); return; }
  if (!move) return;
  e.preventDefault();
  const all = [t.tHead.rows[1], ...rows.filter(isSeen)];
  let y = all.indexOf(c.parentNode), x = c.cellIndex;
  if (Math.abs(move[1]) === 99) x = move[1] < 0 ? 0 : all[y].cells.length - 1;
  else if (move[0]) y = Math.min(all.length - 1, Math.max(0, y + move[0]));
  else do x += move[1]; while (all[y].cells[x] && !isSeen(all[y].cells[x]));
  let n = all[y].cells[Math.max(0, Math.min(x, all[y].cells.length - 1))];
  while (n && !isSeen(n)) n = n.previousElementSibling;
  if (!n) return;
  const f = target(n);
  stop(f);
  f.focus();
  f.scrollIntoView({block: "nearest", inline: "nearest"});
});

// A cell opens a panel, made of what stands in the ranking.
const dialog = $("dialog"), slot = $("#panel");
const el = (n, text, c) => { const e = document.createElement(n); if (c) e.className = c; if (text !== undefined) e.textContent = text; return e; };
function open(c) {
  const r = c.parentNode, rule = heads[c.cellIndex].dataset.r, sign = c.textContent, s = r.dataset.s;
  const ranked = document.getElementById("r" + rule), found = document.getElementById((sign === "≈" ? "u" : "f") + s + "-" + rule);
  slot.replaceChildren();
  const meta = el("p", undefined, "meta"), tag = el("span", undefined, "tag " + ({"✗": "", "△": "r", "–": "b", "?": "u", "≈": "r", "✓": "k"}[sign] || ""));
  tag.append(sign + " " + words[sign]);
  meta.append(tag, el("span", name(r) + " · " + rule, "id"));
  const h2 = el("h2", title(rule).replace(/^.*?: /, ""));
  h2.id = "pt";
  slot.append(meta, h2);
  if (found && sign !== "≈" && ranked) {
    const dl = el("dl", undefined, "eo"), seen = found.closest("li").querySelector(".ob"), expected = ranked.querySelector(".ex");
    for (const [cls, label, node] of [["x", "✓ Expected", expected], sign === "–" ? ["w", "– Not judged", seen] : ["o", "✗ Observed", seen]]) {
      if (!node) continue;
      const d = el("div", undefined, cls), dd = el("dd");
      dd.append(node.cloneNode(true));
      d.append(el("dt", label), dd);
      dl.append(d);
    }
    slot.append(dl);
    const hint = ranked.querySelector(".hi");
    if (hint) {
      const box = el("div", undefined, "hint"), p = el("p");
      p.append(el("b", "Hint"), hint.textContent.replace(/^./, x => x.toUpperCase()));
      box.append(p);
      slot.append(box);
    }
  } else if (sign === "≈" && found) {
    slot.append(el("p", "The runs: " + found.querySelector(".runs").textContent.split("").join(" ") + ". Once seen: " + found.querySelector("small").textContent + "."));
  } else {
    slot.append(el("p", {"?": "It cannot be seen from outside. It counts neither way.", "·": "It was not run."}[sign] || "Every scenario of this rule held."));
  }
  const alike = rows.filter(o => o !== r && judged(o) && o.cells[c.cellIndex].textContent === sign && !"✓?·".includes(sign));
  if (alike.length) {
    slot.append(el("h4", alike.length + (alike.length > 1 ? " others, too" : " other, too")));
    const ul = el("ul", undefined, "others");
    alike.forEach(o => {
      const li = el("li"), b = el("button", name(o));
      b.type = "button";
      b.addEventListener("click", () => open(o.cells[c.cellIndex]));
      li.append(b);
      ul.append(li);
    });
    slot.append(ul);
  }
  const a = el("a", "The whole report of " + name(r), "btn");
  a.href = r.cells[0].querySelector("a").getAttribute("href") + (sign === "·" ? "" : "#" + rule);
  slot.append(a);
  if (!dialog.open) dialog.showModal();
  h2.tabIndex = -1;
  h2.focus();
  dialog.scrollTop = 0;
}
t.addEventListener("click", e => {
  const c = e.target.closest("tbody td");
  if (!c || c.cellIndex < 3 || c.colSpan > 1) return;
  e.preventDefault();
  stop(target(c));
  open(c);
});
$("#shut").addEventListener("click", () => dialog.close());
dialog.addEventListener("click", e => { if (e.target === dialog) dialog.close(); });
dialog.addEventListener("close", () => current.focus());

// The filters.
const q = $("#q"), fr = $("#fr"), fs = $("#fs");
const isShown = r => {
  const column = fr.value ? heads.findIndex(h => h.dataset.r === fr.value) : -1, text = r.textContent;
  if (!r.cells[0].textContent.toLowerCase().includes(q.value.trim().toLowerCase())) return false;
  if (column >= 0 && !(judged(r) && "✗△".includes(r.cells[column].textContent))) return false;
  switch (fs.value) {
    case "": return true;
    case "bad": return !judged(r);
    case "late": return "late" in r.dataset;
    case "ok": return judged(r) && !text.includes("✗");
  }
  return judged(r) && text.includes(fs.value);
};
const sift = () => { let n = 0; rows.forEach(r => { r.hidden = !isShown(r); n += !r.hidden; }); say.value = n + " of " + rows.length + " shown"; };
[q, fr, fs].forEach(e => e.addEventListener("input", sift));
$(".ctl").addEventListener("submit", e => e.preventDefault());
sift();

// What a link leads to is unfolded.
const jump = () => {
  const e = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!e) return;
  for (let d = e.closest("details") || e.querySelector("details"); d; d = d.parentElement.closest("details")) d.open = true;
  e.scrollIntoView({block: "center"});
};
addEventListener("hashchange", jump);
jump();
})();
