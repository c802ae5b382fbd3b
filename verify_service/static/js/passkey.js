"use strict";
// A passkey is made, or proves who sits there: the browser asks its authenticator, and the form carries the answer.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const words = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function made(asked) {
    const options = {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: known(asked.excludeCredentials),
    };
    const held = await navigator.credentials.create({ publicKey: options });
    return { held, response: { attestationObject: words(held.response.attestationObject) } };
  }

  async function proved(asked) {
    const options = { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) };
    const held = await navigator.credentials.get({ publicKey: options });
    const { authenticatorData, signature, userHandle } = held.response;
    const response = { authenticatorData: words(authenticatorData), signature: words(signature) };
    if (userHandle) response.userHandle = words(userHandle);
    return { held, response };
  }

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const making = form.dataset.passkey === "make";
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const failed = form.querySelector("[data-passkey-failed]");
      failed.hidden = true;
      try {
        const { held, response } = await (making ? made : proved)(JSON.parse(form.dataset.options));
        response.clientDataJSON = words(held.response.clientDataJSON);
        const answer = { id: held.id, rawId: words(held.rawId), type: held.type, response, clientExtensionResults: {} };
        form.elements[making ? "answer" : "passkey"].value = JSON.stringify(answer);
        form.submit();
      } catch {
        failed.hidden = false; // no authenticator, no passkey of ours on it, or the person stopped
      }
    });
  });
})();
