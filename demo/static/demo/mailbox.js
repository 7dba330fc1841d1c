// Shows a mail when it comes in. Without this script the list is as true as its last reload.
const list = document.querySelector("[data-ask]");

async function look() {
  try {
    const answer = await fetch(list.dataset.ask);
    const { newest } = await answer.json();
    if (newest !== list.dataset.newest) {
      location.reload();
      return;
    }
  } catch {
    // The demo was stopped: the next look may find it again.
  }
  setTimeout(look, 1500);
}

setTimeout(look, 1500);
