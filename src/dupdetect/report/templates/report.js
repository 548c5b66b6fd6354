"use strict";
// What a report gains from a script: pairs beyond the written-out ones are put together when they open, a click
// anywhere in a passage leads to its other side, a search field, a count. No string is ever parsed as HTML.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const KINDS = [null, "wording", "facts", "noise"];
  const COPIES = [null, "first", "second"];

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const json = (script) => JSON.parse(script.textContent);

  // ---- one side of a pair: mirrors `pills`, `parts` and `marked` of parts.html.j2

  const pills = ([, , opens, copies], anchor, side, other) => [
    ...opens.map((k) => make("a", {
      class: "pill", id: `${anchor}-${side}-${k}`, href: `#${anchor}-${other}-${k}`,
      "aria-label": `Passage ${k}: show it on the ${other}`,
    }, `${k}`)),
    ...copies.map(([k, which]) => {
      const copy = COPIES[which], twin = COPIES[3 - which];
      return make("a", {
        class: "pill copy", id: `${anchor}-${side}-${copy}-${k}`, href: `#${anchor}-${side}-${twin}-${k}`,
        "aria-label": `Repeat ${k}, ${copy} copy: show the ${twin}`,
      }, `${copy} copy ${k}`);
    }),
  ];

  const marked = (runs, text, anchor, side, other, tag) => {
    const pieces = [];
    let at = 0;
    for (const run of runs) {
      const [passage, copy, , , lengths] = run;
      const inside = pills(run, anchor, side, other);
      for (let i = 0; i < lengths.length; i += 2) {
        const piece = text.slice(at, at + lengths[i]), kind = KINDS[lengths[i + 1]];
        at += lengths[i];
        if (!kind) inside.push(piece);
        else if (piece) inside.push(make(tag, { class: kind }, piece));
        else inside.push(make(tag, { class: `${kind} missing`, title: "Words that stand only on the other side" }));
      }
      if (passage) {
        pieces.push(make("mark", {
          class: `p${passage % 6}${copy ? " copied" : ""}`, "data-to": `${anchor}-${other}-${passage}`,
        }, ...inside));
      } else if (copy) pieces.push(make("span", { class: "copied" }, ...inside));
      else pieces.push(...inside);
    }
    return pieces;
  };

  const build = (pair) => {
    pair.removeAttribute("data-lazy");
    const script = pair.querySelector("script");
    const data = json(script);
    const body = document.getElementById("body").content.cloneNode(true);
    for (const [i, points] of data.map.entries()) {
      const shape = document.createElementNS(SVG, "polygon");
      shape.setAttribute("class", `p${(i + 1) % 6}`);
      shape.setAttribute("points", points);
      body.querySelector(".map").append(shape);
    }
    body.querySelector(".passages").textContent = data.passages;
    for (const [i, row] of body.querySelectorAll(".measures tbody tr").entries()) {
      for (const [j, cell] of row.querySelectorAll("td").entries()) {
        cell.textContent = data.measures[i][j] ?? "not measured";
      }
    }
    const sides = body.querySelectorAll(".side");
    for (const [i, side, other, tag] of [[0, "left", "right", "del"], [1, "right", "left", "ins"]]) {
      const source = document.getElementById(`text-${data.articles[i]}`);
      const column = sides[i].querySelector(".text");
      if (source.lang) column.lang = source.lang;
      sides[i].prepend(document.getElementById(`head-${data.articles[i]}`).content.cloneNode(true));
      column.append(...marked(data.sides[i], json(source), pair.id, side, other, tag));
    }
    pair.querySelector(".later").remove();
    script.replaceWith(body);
  };

  // ---- opening: by hand, or by a link into something closed; what the page opens itself may have said so before this

  document.querySelectorAll("[data-lazy][open]").forEach(build);
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.hasAttribute("data-lazy")) build(event.target);
  }, true);

  const reveal = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id) return;
    const pair = document.getElementById(/^pair-\d+/.exec(id)?.[0]);
    if (pair?.hasAttribute("data-lazy")) build(pair);
    const target = document.getElementById(id);
    for (let up = target; up; up = up.parentElement) if (up.localName === "details") up.open = true;
    if (!target) return;
    if (target.localName === "details") target.querySelector("summary").focus();
    else if (target.classList.contains("pill")) target.focus();
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // ---- passages: the whole of one is a link, and shows its other side under the pointer

  document.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-to]");
    if (mark && !event.target.closest("a") && getSelection().isCollapsed) {
      document.getElementById(mark.dataset.to)?.focus();
    }
  });
  let peer = null;
  document.addEventListener("pointerover", (event) => {
    const mark = event.target.closest("mark[data-to]");
    const found = mark && document.getElementById(mark.dataset.to)?.closest("mark");
    if (found === peer) return;
    peer?.classList.remove("peer");
    found?.classList.add("peer");
    peer = found;
  });

  // ---- filter: the checkboxes work by style alone; the script adds the search and says how many are left

  const find = document.getElementById("find");
  if (find) {
    const pairs = [...document.querySelectorAll("#pairs .pair")];
    const shown = document.getElementById("shown");
    const boxes = [...document.querySelectorAll("#pairs > input[type=checkbox]")];
    const names = [];
    const count = () => {
      const classes = boxes.filter((box) => box.checked).map((box) => `r-${box.value}`);
      const left = pairs.filter((pair) => !pair.hidden && classes.some((name) => pair.classList.contains(name))).length;
      shown.textContent = `${left.toLocaleString("en")} of ${pairs.length.toLocaleString("en")} shown`;
    };
    const search = () => {
      const wanted = find.value.trim().toLowerCase();
      for (const [i, pair] of pairs.entries()) {
        names[i] ??= pair.querySelector("summary").textContent.toLowerCase();
        pair.hidden = !names[i].includes(wanted);
      }
      for (const chunk of document.querySelectorAll("#pairs > .list > div")) {
        chunk.hidden = !chunk.querySelector(":scope > :not([hidden])");
      }
      count();
    };
    let waiting;
    find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 150); });
    for (const box of boxes) box.addEventListener("change", count);
    find.parentElement.hidden = false;
    count();
  }
})();
