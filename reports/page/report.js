(function () {
  "use strict";
  var root = document.documentElement, views = [].slice.call(document.querySelectorAll("section.view"));
  var title = document.title;
  root.classList.add("js");

  function make(tag, className, text) {
    var e = document.createElement(tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  /* ---- one part at a time ---- */

  ["scenarios", "requirements"].forEach(function (id) {
    var view = document.getElementById(id), p = make("p", "back"), a = make("a", "", "All " + id);
    a.href = "#" + id;
    p.append("\u2039 ", a);
    view.prepend(p);
  });

  function address() {
    var text = location.hash.slice(1), at = text.indexOf("?"), path = at < 0 ? text : text.slice(0, at);
    try { path = decodeURIComponent(path); } catch (e) { /* as it is */ }
    return { path: path, query: new URLSearchParams(at < 0 ? "" : text.slice(at + 1)) };
  }

  function show(moves) {
    var to = address(), element = to.path && document.getElementById(to.path);
    var view = element && element.closest("section.view") || views[0];
    var one = element && element.closest("details.scn, details.req");
    views.forEach(function (v) {
      v.classList.toggle("off", v !== view);
      v.classList.remove("single");
    });
    view.querySelectorAll(":scope > .cur").forEach(function (d) { d.classList.remove("cur"); });
    if (one) {
      view.classList.add("single");
      one.classList.add("cur");
      one.querySelectorAll("details.faults").forEach(function (d) { d.open = true; });
    }
    var telling = one && one === element && (one.querySelector(".ev > summary > b:not(.p)") || one.querySelector(".ev > summary > b"));
    if (telling) telling.closest("details").open = true;
    for (var e = element; e && e !== view; e = e.parentElement)
      if (e.tagName === "DETAILS") e.open = true;
    document.querySelectorAll("nav a").forEach(function (a) {
      if (a.hash === "#" + view.id) a.setAttribute("aria-current", "page");
      else a.removeAttribute("aria-current");
    });
    var heading = view.querySelector("h2");
    document.title = (one ? one.querySelector("h3") : heading).textContent + " \u2013 " + title;
    view.querySelectorAll("form.filter").forEach(function (form) { restore(form, to.query); });
    if (!moves && !element) return;
    var inside = element && element !== view;
    if (inside) element.scrollIntoView({ block: "start" });
    else scrollTo(0, 0);
    if (!moves) return;
    var focus = inside && element.querySelector("summary") || (inside ? null : heading);
    if (focus) focus.focus({ preventScroll: true });
  }

  addEventListener("hashchange", function () { show(true); });

  /* ---- filters ---- */

  var LETTER = { pass: "p", nonstrict: "n", warn: "w", skip: "s", blocked: "b", fail: "f", crash: "c", error: "e" };
  var FIRST = { matrix: 4, scenarios: 3 }, cache = {};

  function rows(of) {
    if (cache[of]) return cache[of];
    var table = document.querySelector("#" + of + " table.grid");
    return cache[of] = [].map.call(table.querySelectorAll("tbody > tr:not(.g)"), function (tr) {
      var cells = [].slice.call(tr.cells, FIRST[of]);
      return {
        tr: tr, text: (tr.cells[0].textContent + " " + tr.cells[1].textContent).toLowerCase(),
        level: of === "matrix" ? tr.cells[3].textContent.trim() : "",
        area: tr.parentElement.dataset.area || "",
        classes: cells.map(function (td) { return td.className; })
      };
    });
  }

  function verdictFits(classes, wanted, target) {
    var c = target === "" ? classes : [classes[+target]];
    if (wanted === "differ")
      return new Set(classes.filter(function (x) { return "uxbs".indexOf(x) < 0; })).size > 1;
    var letters = wanted === "not-met" ? "wfce" : wanted === "unjudged" ? "ub" : LETTER[wanted];
    return c.some(function (x) { return letters.indexOf(x) >= 0; });
  }

  function filterRows(form, values) {
    var shown = 0, all = rows(form.dataset.of), words = (values.text || "").toLowerCase().split(/\s+/).filter(Boolean);
    all.forEach(function (r) {
      var fits = (!values.level || r.level === values.level) && (!values.area || r.area === values.area) &&
        words.every(function (w) { return r.text.indexOf(w) >= 0; }) &&
        (values.verdict ? verdictFits(r.classes, values.verdict, values.target || "")
          : !values.target || "ux".indexOf(r.classes[+values.target]) < 0);
      r.tr.hidden = !fits;
      shown += fits;
    });
    document.querySelectorAll("#" + form.dataset.of + " table.grid tbody").forEach(function (body) {
      body.hidden = !body.querySelector("tr:not(.g):not([hidden])");
    });
    return shown + " of " + all.length;
  }

  function filterProfile(values) {
    var bodies = document.querySelectorAll("#profile tbody"), shown = 0;
    bodies.forEach(function (b) {
      b.hidden = !!values.differ && !b.classList.contains("differ");
      shown += !b.hidden;
    });
    return shown + " of " + bodies.length;
  }

  function valuesOf(form) {
    var values = {};
    new FormData(form).forEach(function (value, name) { if (value !== "") values[name] = value; });
    return values;
  }

  function apply(form) {
    var values = valuesOf(form);
    var text = form.dataset.of === "profile" ? filterProfile(values) : filterRows(form, values);
    form.querySelector("output").textContent = text;
    return values;
  }

  function restore(form, query) {
    [].forEach.call(form.elements, function (e) {
      if (!e.name) return;
      if (e.type === "checkbox") e.checked = query.get(e.name) === e.value;
      else e.value = query.get(e.name) || "";
      if (e.tagName === "SELECT" && e.selectedIndex < 0) e.selectedIndex = 0;
    });
    apply(form);
  }

  function remember(form, values) {
    var query = new URLSearchParams(values).toString();
    var hash = "#" + form.dataset.of + (query ? "?" + query : "");
    try { history.replaceState(null, "", hash); } catch (e) { /* not for this address */ }
  }

  document.querySelectorAll("form.filter").forEach(function (form) {
    form.hidden = false;
    form.addEventListener("submit", function (e) { e.preventDefault(); });
    form.addEventListener("input", function () { remember(form, apply(form)); });
    form.addEventListener("reset", function () { setTimeout(function () { remember(form, apply(form)); }); });
  });

  /* ---- scenario beside wire log ---- */

  function sourceLines(scenario) {
    var pre = scenario.querySelector("pre.src");
    return !pre ? [] : pre.textContent.split("\n").map(function (line) {
      var m = /^ *(\d+) (.*)$/.exec(line);
      return m && { no: +m[1], text: m[2] };
    }).filter(Boolean);
  }

  function logLines(evidence) {
    var same = evidence.querySelector("[data-same]");
    var pre = (same ? document.getElementById(same.dataset.same) : evidence).querySelector("pre.log");
    return !pre ? [] : pre.textContent.replace(/\n$/, "").split("\n").map(function (line) {
      var m = /^ {0,3}(\d+)([ !])(.*)$/.exec(line) || /^ {4}()([ !])(.*)$/.exec(line) || ["", "", " ", line];
      return { no: +m[1], found: m[2] === "!", text: m[3] };
    });
  }

  function addRow(body, left, right, className) {
    var tr = make("tr", className);
    tr.append(make("td", "no", left ? left.no : ""), make("td", "", left ? left.text : ""), make("td", "", right ? right.text : ""));
    body.append(tr);
  }

  function align(evidence) {
    var source = sourceLines(evidence.closest(".scn")), log = logLines(evidence), fault = +evidence.dataset.line || 0;
    if (!source.length || !log.length) return;
    var at = 0, last = 0, body = make("tbody");
    function leftOnly(line) { addRow(body, line, null, line.no === fault ? "hit" : "only"); }
    var first = log.find(function (line) { return line.no; });
    while (first && at < source.length && source[at].no < first.no) leftOnly(source[at++]);
    log.forEach(function (line) {
      var no = line.no || (line.found && fault > last ? fault : 0), left = null;
      while (no && at < source.length && source[at].no < no) leftOnly(source[at++]);
      if (no && at < source.length && source[at].no === no) left = source[at++];
      else if (no && no !== last) left = source.find(function (s) { return s.no === no; }) || null;
      if (no) last = no;
      addRow(body, left, line, line.found || (left && left.no === fault) ? "hit" : no ? "met" : "");
    });
    while (at < source.length) leftOnly(source[at++]);
    var table = make("table", "side"), head = make("thead"), tr = make("tr");
    table.append(make("caption", "vh", "Scenario and wire log, matched lines beside each other"));
    ["line", "scenario", "on the wire"].forEach(function (name, i) {
      var th = make("th", i ? "" : "no", name);
      th.scope = "col";
      tr.append(th);
    });
    head.append(tr);
    table.append(head, body);
    var old = evidence.querySelector("pre.log, .same");
    old.before(table);
    old.hidden = true;
  }

  document.addEventListener("toggle", function (e) {
    var d = e.target;
    if (!d.open || !d.classList.contains("ev") || d.dataset.done) return;
    d.dataset.done = "1";
    align(d);
  }, true);

  show(false);
})();
