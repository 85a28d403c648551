// What an application does while its visitor is there: rows come and go, a counter counts, a class changes.
addEventListener('load', () => {
  const list = document.querySelector('ul');
  let turn = 0;
  setInterval(() => {
    turn++;
    const row = list.lastElementChild?.cloneNode(true);
    if (row && turn % 2) list.prepend(row);
    else list.firstElementChild?.remove();
    document.querySelector('h1').textContent = `Turn ${turn}`;
    document.getElementById('plain').classList.toggle('active');
  }, 250);
});
