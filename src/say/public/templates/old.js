(function () {
  // Clocks of readers differ by some minutes.
  var body = document.body, old = Date.parse(body.getAttribute("data-stale-after")) + 300000;
  function look() {
    if (Date.now() > old) { body.className = "old"; }
  }
  look();
  setInterval(look, 15000);
  addEventListener("pageshow", look);
  // A page that lies open shows news by itself, unless somebody reads on in it or its server is gone.
  function renew() {
    if (scrollY > 200 || document.querySelector("details[open]")) { return; }
    fetch(location.href, { method: "HEAD" }).then(function (answer) { if (answer.ok) { location.reload(); } }, look);
  }
  if (body.getAttribute("data-renew")) { setInterval(renew, 60000); }
})();
