// Starts the viewer of the API's document. The pages carry no inline script, so the address of the
// document is read from the page.
"use strict";

window.addEventListener("DOMContentLoaded", () => {
  const viewer = document.getElementById("viewer");
  window.SwaggerUIBundle({
    url: viewer.dataset.document,
    domNode: viewer,
    deepLinking: true,
    // Nothing leaves for another host: the badge of an outside validator stays off.
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
});
