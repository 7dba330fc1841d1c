/* What allauth's passkey scripts leave to the page: the form only where it works, and once its button listens (these
   scripts come before), and words when it did not. */
(function () {
  'use strict';

  const words = {
    NotAllowedError: 'That was cancelled, or took too long. Try again, or use a code.',
    InvalidStateError: 'This device has a passkey of yours already.',
    SecurityError: 'Passkeys do not work at this address.',
  };

  document.addEventListener('allauth.error', function (event) {
    const problem = document.getElementById('passkey-problem');
    event.preventDefault();
    problem.textContent = words[event.detail.exception.name] || 'That did not work. Try again, or use a code.';
    problem.hidden = false;
  });

  document.addEventListener('DOMContentLoaded', function () {
    const form = document.getElementById('passkey-form');
    if (form && window.PublicKeyCredential) { form.hidden = false; }
  });
})();
