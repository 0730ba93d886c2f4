#!/usr/bin/env python3
"""The HTML report in a real browser: html_browser.py IMAPSPEC FOLDER.

Drives Chromium through chromedriver, with nothing but the standard library. Reports and screenshots
are left in FOLDER. Exits 0 when all is well, 1 when something is wrong, 77 when there is no browser.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request

IMAPSPEC, FOLDER = sys.argv[1], os.path.abspath(sys.argv[2])
HOSTILE = "</script><script>window.pwned=1</script>'\"><b id=evil>&amp;</b>\x01\x1b[2J\u202e\ufffd00\ufffdFF end"


class Driver:
    """One browser."""

    def __init__(self):
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        port = None
        for line in self.process.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                port = found.group(1)
                break
        if port is None:
            raise SystemExit("chromedriver does not start")
        self.base = "http://127.0.0.1:%s/session" % port
        self.profile = os.path.join(FOLDER, "profile")
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                            "--hide-scrollbars", "--window-size=1400,1000", "--no-first-run",
                            "--user-data-dir=" + self.profile]}
        value = self.post("", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "timeouts": {"script": 280000, "pageLoad": 280000},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.base += "/" + value["sessionId"]

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit("%s: %s" % (path, error.read().decode()[:400]))

    def post(self, path, body):
        return self.call("POST", path, body)

    def open(self, path, hash_=""):
        # another page first, so that only the fragment changing is no mere navigation within
        self.post("/url", {"url": "about:blank"})
        self.post("/url", {"url": "file://" + path + hash_})

    def run(self, script, *args):
        return self.post("/execute/sync", {"script": script, "args": list(args)})

    def cdp(self, command, **params):
        return self.post("/goog/cdp/execute", {"cmd": command, "params": params})

    def keys(self, *keys):
        actions = []
        for key in keys:
            actions += [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.post("/actions", {"actions": [{"type": "key", "id": "k", "actions": actions}]})

    def find(self, css):
        return list(self.post("/element", {"using": "css selector", "value": css}).values())[0]

    def click(self, css):
        self.post("/element/%s/click" % self.find(css), {})

    def type(self, css, text):
        self.post("/element/%s/value" % self.find(css), {"text": text})

    def logs(self, kind):
        return self.post("/se/log", {"type": kind})

    def size(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": name}])

    def shot(self, name):
        with open(os.path.join(FOLDER, name + ".png"), "wb") as out:
            out.write(base64.b64decode(self.call("GET", "/screenshot")))

    def quit(self):
        try:
            self.call("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()
            shutil.rmtree(self.profile, ignore_errors=True)


failures = []


START = time.time()


def check(holds, what, *details):
    if not holds:
        failures.append(" ".join([what] + [str(d) for d in details]))
        print("WRONG:", failures[-1], file=sys.stderr)


def soon(d, script, is_right=bool):
    """What the script returns, as soon as it is right; after 20 s, what it returns then."""
    end = time.time() + 20
    while True:
        value = d.run(script)
        if is_right(value) or time.time() > end:
            return value
        time.sleep(0.05)


def imapspec(*args, codes=(0,)):
    done = subprocess.run([IMAPSPEC] + list(args), cwd=FOLDER, capture_output=True, text=True)
    if done.returncode not in codes:
        raise SystemExit("imapspec %s: %d\n%s" % (args, done.returncode, done.stderr[-2000:]))


def write_lines(name, lines):
    with open(os.path.join(FOLDER, name), "w", encoding="utf-8") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read_lines(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as source:
        return [json.loads(line) for line in source]


BAD_SCENARIO = '''scenario test.wrong "The bundled server calls itself what it does not" {
  role    client
  dialect imap2
  covers  noop.ok cmd.one-completion

  S: * OK <text-line>
  C: @ LOGIN ${user} ${password}
  S: @ OK <text-line>
  C: @ NOOP
  check noop.ok cmd.one-completion {
    S: @ OK it is not this
  }
  C: @ LOGOUT
  S?: * BYE <text-line>
  S: @ OK <text-line>
}
'''


def make_reports():
    """Results of the bundled server with one wrong scenario; the same made worse and hostile."""
    with open(os.path.join(FOLDER, "wrong.scn"), "w", encoding="ascii") as out:
        out.write(BAD_SCENARIO)
    scripts = os.path.join(os.environ["SOURCE_ROOT"], "scripts/imap2/server")
    imapspec("server", "reference", scripts, "wrong.scn", "--seed", "1", "--results", "one.jsonl",
             codes=(1,))
    first = read_lines("one.jsonl")
    first[1:] = sorted(first[1:], key=lambda c: c["id"])
    write_lines("one.jsonl", first)
    second = json.loads(json.dumps(first))
    second[0]["started"] = "2030-01-01T00:00:00Z"
    for case in second[1:]:
        if case["scenario"] == "noop.ok" or case["id"].startswith("expunge.scattered"):
            case.update(verdict="fail", unexpected=True)
            case["checks"][0]["verdict"] = "fail"
            case["findings"].append({
                "requirement": case["checks"][0]["requirement"], "rule": "B59", "level": "fail",
                "file": case["file"], "line": case["matches"][-1]["line"], "text": HOSTILE,
                "wanted": HOSTILE, "got": HOSTILE, "log_line": 4, "page": HOSTILE, "statement": HOSTILE})
            case["log"] = case["log"].replace("ready", HOSTILE)
            case["reason"] = case["reproduce"] = HOSTILE
        elif case["scenario"] == "test.wrong":
            case["verdict"] = "pass"
            case["findings"] = []
            for c in case["checks"]:
                c["verdict"] = "pass"
    second.append(dict(second[1], id=HOSTILE, scenario=HOSTILE, claim=HOSTILE, file=HOSTILE, verdict="crash",
                       behaviours=[{"topic": HOSTILE, "choice": HOSTILE}]))
    write_lines("two.jsonl", second)
    imapspec("report", "one.jsonl", "two.jsonl", "--html", "two.html")
    names = []
    for i in range(8):
        lines = [dict(first[0], target="target-%d" % i, title=HOSTILE)] + [dict(c) for c in first[1:]]
        for k, case in enumerate(lines[1:]):
            if (k * 7 + i) % 11 == 0:
                case["verdict"] = ("fail", "warn", "skip", "blocked")[(k + i) % 4]
                case["checks"] = [dict(c, verdict=case["verdict"]) for c in case["checks"]
                                  if case["verdict"] != "skip"]
        write_lines("eight-%d.jsonl" % i, lines)
        names.append("eight-%d.jsonl" % i)
    imapspec("report", *names, "--html", "eight.html")
    for name in names:
        os.remove(os.path.join(FOLDER, name))


ACCESS = r"""
var wrong = [], all = [].slice.call(document.querySelectorAll("main *, header *"));
var seen = {};
document.querySelectorAll("[id]").forEach(function (e) {
  if (seen[e.id]) wrong.push("two elements are called " + e.id);
  seen[e.id] = 1;
});
if (document.documentElement.lang !== "en") wrong.push("no language");
["header", "nav", "main", "footer", "h1"].forEach(function (tag) {
  if (document.querySelectorAll(tag).length !== 1) wrong.push("not one " + tag);
});
if (!document.querySelector("nav").getAttribute("aria-label")) wrong.push("nav without a name");
document.querySelectorAll("th").forEach(function (th) { if (!th.scope) wrong.push("th without scope: " + th.textContent); });
document.querySelectorAll("svg").forEach(function (e) {
  if (e.getAttribute("role") !== "img" || !e.getAttribute("aria-label")) wrong.push("svg without a name");
});
document.querySelectorAll("input, select").forEach(function (e) { if (!e.closest("label")) wrong.push("no label: " + e.name); });
document.querySelectorAll("[role=region], form").forEach(function (e) { if (!e.getAttribute("aria-label")) wrong.push("no name: " + e.className); });
document.querySelectorAll("section").forEach(function (e) {
  if (!document.getElementById(e.getAttribute("aria-labelledby"))) wrong.push("section without a name: " + e.id);
});
document.querySelectorAll("a").forEach(function (a) {
  if (!a.textContent.trim()) wrong.push("link without text");
  var hash = a.getAttribute("href");
  if (hash[0] !== "#") wrong.push("link to elsewhere: " + hash);
  else if (!document.getElementById(hash.slice(1))) wrong.push("link to nothing: " + hash);
});
var level = 1;
document.querySelectorAll("main h1, main h2, main h3, main h4").forEach(function (h) {
  var n = +h.tagName[1];
  if (n > level + 1) wrong.push("heading skips a level: " + h.textContent);
  level = n;
});
document.querySelectorAll("[style], [onclick], iframe, object, link[rel=stylesheet], img, script[src]").forEach(function (e) {
  wrong.push("must not be there: " + e.tagName);
});
return wrong.slice(0, 20);
"""

CONTRAST = r"""
function parse(c) { var m = c.match(/[\d.]+/g).map(Number); if (/^color\(srgb/.test(c)) { m = m.map(function (x, i) { return i < 3 ? x * 255 : x; }); } return m.length < 4 ? m.concat(1) : m; }
function over(a, b) { return [0, 1, 2].map(function (i) { return a[i] * a[3] + b[i] * (1 - a[3]); }).concat(1); }
function luminance(c) { var v = c.slice(0, 3).map(function (x) { x /= 255; return x <= .03928 ? x / 12.92 : Math.pow((x + .055) / 1.055, 2.4); }); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; }
function ratio(a, b) { var x = luminance(a), y = luminance(b); return (Math.max(x, y) + .05) / (Math.min(x, y) + .05); }
var worst = {}, n = 0;
document.querySelectorAll("body *").forEach(function (e) {
  if (e.closest("svg") || !e.offsetParent || n > 1500) return;
  var own = [].some.call(e.childNodes, function (t) { return t.nodeType === 3 && t.data.trim(); });
  if (!own) return;
  n++;
  var layers = [];
  for (var p = e; p; p = p.parentElement) layers.unshift(parse(getComputedStyle(p).backgroundColor));
  var back = layers.reduce(function (b, l) { return over(l, b); }, [255, 255, 255, 1]);
  var style = getComputedStyle(e), r = ratio(over(parse(style.color), back), back);
  if (r < 4.5) worst[e.tagName + "." + e.className + " in " + e.parentElement.className] = r.toFixed(2);
});
return Object.keys(worst).slice(0, 10).map(function (k) { return k + " " + worst[k]; });
"""

VISIBLE = "return document.querySelectorAll('#matrix tbody tr:not(.g):not([hidden])').length"


def is_external(driver):
    """Addresses that were asked for other than the file itself."""
    urls = []
    for entry in driver.logs("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            urls.append(message["params"]["request"]["url"])
    return [u for u in urls if not u.startswith(("file://" + FOLDER, "data:", "about:", "chrome"))]


def test_two(d):
    page = os.path.join(FOLDER, "two.html")
    d.open(page)
    check(d.run("return document.querySelectorAll('script').length") == 1, "scripts were added")
    check(d.run("return window.pwned === undefined && !document.getElementById('evil')"), "hostile octets got in")
    check(d.run("return document.body.textContent.indexOf('window.pwned=1') > 0"), "hostile octets are gone")
    check(d.run("return document.body.textContent.indexOf('\\u202e') < 0"), "directions are not escaped")
    check("Overview" in d.run("return document.title"), "title")
    for view in ("overview", "changes", "matrix", "scenarios", "profile", "coverage", "requirements", "readings"):
        d.click("nav a[href='#%s']" % view)
        shown = soon(d, "return [].filter.call(document.querySelectorAll('section.view'), "
                     "function (s) { return s.offsetParent; }).map(function (s) { return s.id; })",
                     lambda ids, view=view: ids == [view])
        check(shown == [view], "not one part is shown:", view, shown)
        check(d.run("return document.querySelector('nav [aria-current]').hash") == "#" + view, "aria-current", view)
        check(d.run("return document.activeElement.tagName") == "H2", "the heading has no focus:", view)
        check(d.run("return document.documentElement.scrollWidth <= innerWidth"), "too wide:", view)
        for scheme in ("light", "dark"):
            d.scheme(scheme)
            wrong = d.run(CONTRAST)
            check(not wrong, "contrast", view, scheme, wrong)
            d.shot("two-%s-%s" % (view, scheme))
    d.scheme("light")
    wrong = d.run(ACCESS)
    check(not wrong, "accessibility:", wrong)
    test_case_view(d, page)
    test_keyboard(d, page)
    test_narrow(d, page)
    test_without_script(d, page)


def test_case_view(d, page):
    d.open(page, "#changes")
    check(d.run("return [].filter.call(document.querySelectorAll('td.worse'), function (e) { return e.offsetParent; }).length") > 0, "nothing got worse")
    check(d.run("return document.querySelectorAll('td.better').length") > 0, "nothing got better")
    d.open(page, "#s-test.wrong")
    rows = d.run("return [].map.call(document.querySelectorAll('#s-test\\\\.wrong details[open] table.side tbody tr'), "
                 "function (tr) { return [tr.className, tr.cells[1].textContent.trim(), tr.cells[2].textContent.trim()]; })")
    check(len(rows) > 10, "scenario and wire log are not side by side", rows)
    check(["met", "C: @ NOOP", "C: a2 NOOP"] in rows, "the command is not beside its line", rows)
    check(["hit", "S: @ OK it is not this", "S: a2 OK NOOP completed"] in rows, "the finding is not marked", rows)
    d.shot("case-light")
    d.scheme("dark")
    check(not d.run(CONTRAST), "contrast of the case", d.run(CONTRAST))
    d.shot("case-dark")
    d.scheme("light")
    d.open(page, "#matrix?verdict=fail")
    d.click("#matrix tbody tr:not([hidden]) td.f a")
    check(soon(d, "return location.hash.slice(0, 2)", lambda h: h == "#e") == "#e", "the verdict leads to no case")
    check(d.run("var e = document.querySelector(location.hash); return e.open && !!e.offsetParent"), "the case is not open")
    d.post("/back", {})
    back = soon(d, "return location.hash", lambda h: h == "#matrix?verdict=fail")
    check(back == "#matrix?verdict=fail", "back does not restore the filter")
    check(d.run("return document.querySelector('#matrix [name=verdict]').value") == "fail", "the filter is lost")
    d.click("#matrix tbody tr:not([hidden]) th a")
    check(soon(d, "var e = document.querySelector('details.req.cur'); return e && e.open && !!e.offsetParent"), "no requirement")
    d.shot("requirement-light")
    check(len(d.post("/print", {"pageRanges": ["1"]})) > 10000, "it does not print")


def test_keyboard(d, page):
    d.open(page)
    order = []
    for _ in range(12):
        d.keys("\ue004")
        order.append(d.run("var e = document.activeElement, s = getComputedStyle(e); return [e.textContent.trim().slice(0, 30), "
                           "s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, !!e.getClientRects().length]"))
    check(order[0][0] == "Skip to the content", "the first stop", order)
    check([o[0] for o in order[1:9]] == ["Overview", "Changes", "Matrix", "Scenarios", "Behaviour", "Coverage",
                                         "Requirements", "Readings"], "order of the focus", order)
    check(all(o[1] and o[2] for o in order), "the focus cannot be seen", order)
    d.open(page, "#matrix")
    d.run("document.querySelector('#matrix select').focus()")
    d.keys("m")  # chooses "must"
    check("level=must" in soon(d, "return location.hash", lambda h: "level=must" in h), "the filter by keyboard")


def test_narrow(d, page):
    d.size(380, 800)
    for view in ("#overview", "#matrix", "#s-test.wrong"):
        d.open(page, view)
        check(d.run("return document.documentElement.scrollWidth <= 380"), "too wide on a telephone:", view)
        d.shot("narrow-" + re.sub(r"\W", "", view))
    d.size(1400, 1000)


def test_without_script(d, page):
    d.cdp("Emulation.setScriptExecutionDisabled", value=True)
    d.open(page)
    d.shot("no-script")
    d.open(page, "#s-test.wrong")
    d.shot("no-script-case")
    d.cdp("Emulation.setScriptExecutionDisabled", value=False)
    with open(page, encoding="utf-8") as source:
        text = source.read()
    check("  11!S: a2 OK NOOP completed\n" in text, "the wire log has no margin without a script")


def test_eight(d):
    page = os.path.join(FOLDER, "eight.html")
    size = os.path.getsize(page)
    start = time.time()
    d.open(page, "#matrix")
    # the driver may come back before a page of this size is there
    check(soon(d, "return document.readyState", lambda s: s == "complete") == "complete", "the page is loaded")
    loaded = time.time() - start
    everything = d.run(VISIBLE)
    took = d.run("var f = document.querySelector('#matrix form'), t = performance.now();"
                 "f.elements.verdict.value = 'differ'; f.dispatchEvent(new Event('input', {bubbles: true}));"
                 "document.body.offsetHeight; return performance.now() - t")
    some = d.run(VISIBLE)
    d.type("#matrix [name=text]", "expunge")
    soon(d, "return location.hash", lambda h: h.endswith("text=expunge"))
    few = d.run(VISIBLE)
    check(0 < few < some < everything, "the filter", few, some, everything)
    check(d.run("return location.hash") == "#matrix?verdict=differ&text=expunge", "state", d.run("return location.hash"))
    check("%d of %d" % (few, everything) in d.run("return document.querySelector('#matrix output').textContent"), "count")
    check(loaded < 60 and took < 5000, "slow:", loaded, took)
    d.shot("eight-filtered-light")
    d.click("#matrix button")
    check(soon(d, VISIBLE, lambda n: n == everything) == everything, "clear")
    d.scheme("dark")
    d.shot("eight-matrix-dark")
    check(not d.run(CONTRAST), "contrast of the matrix", d.run(CONTRAST))
    d.scheme("light")
    d.shot("eight-matrix-light")
    check(not d.run(ACCESS), "accessibility", d.run(ACCESS))
    print("1172 cases x 8: %.1f MB, open in %.1f s, filtered in %.0f ms" % (size / 1e6, loaded, took))


def main():
    if not shutil.which("chromedriver") or not (shutil.which("chromium") or shutil.which("google-chrome")):
        print("skipped: chromium and chromium-driver are not installed")
        return 77
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    make_reports()
    driver = Driver()
    try:
        driver.size(1400, 1000)
        test_two(driver)
        test_eight(driver)
        print("%.0f s" % (time.time() - START))
        errors = [e for e in driver.logs("browser") if e["level"] in ("SEVERE", "WARNING")]
        check(not errors, "the console:", errors[:3])
        outside = is_external(driver)
        check(not outside, "asked for:", outside[:3])
    finally:
        driver.quit()
    return 1 if failures else 0


sys.exit(main())
