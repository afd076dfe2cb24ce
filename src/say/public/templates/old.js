(function () {
  // Clocks of readers differ by some minutes.
  var body = document.body, old = Date.parse(body.getAttribute("data-stale-after")) + 300000;
  function look() {
    if (Date.now() > old) { body.className = "old"; }
  }
  look();
  setInterval(look, 15000);
  addEventListener("pageshow", look);
})();
