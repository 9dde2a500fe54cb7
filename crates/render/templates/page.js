/* Filter, sort and hide: part of tlstax, MIT or Apache-2.0. Without it the page shows everything, in the order of the run. */
(function () {
  'use strict';

  document.querySelector('.tools').hidden = false;

  // Filter: a cell stays if its name holds every word.
  const field = document.getElementById('filter');
  const shown = document.getElementById('shown');
  const marked = Array.from(document.querySelectorAll('[data-cell]'));
  const rows = marked.filter((element) => element.tagName === 'TR' && element.closest('#cells'));
  function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const stays = (element) => words.every((word) => element.dataset.cell.includes(word));
    for (const element of marked) {
      if (element.tagName === 'TR') {
        element.hidden = !stays(element);
      } else {
        element.classList.toggle('off', !stays(element));
      }
    }
    const count = rows.filter((row) => !row.hidden).length;
    shown.textContent = words.length ? count + ' of ' + rows.length + ' cells' : rows.length + ' cells';
  }
  field.addEventListener('input', filter);
  filter();

  // Sort: by the numbers behind the words, empty fields last either way.
  function compare(a, b, sign) {
    if (a === undefined || b === undefined) {
      return a === b ? 0 : a === undefined ? 1 : -1;
    }
    const numbers = [Number(a), Number(b)];
    const byNumber = numbers.every((number) => !Number.isNaN(number));
    return sign * (byNumber ? numbers[0] - numbers[1] : a.localeCompare(b));
  }
  function sort(table, column, heading) {
    const ascending = heading.getAttribute('aria-sort') !== 'ascending';
    for (const other of table.tHead.rows[0].cells) {
      other.removeAttribute('aria-sort');
    }
    heading.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    const value = (row) => {
      const cell = row.cells[column];
      const text = cell.dataset.value === undefined ? cell.textContent.trim() : cell.dataset.value;
      return text === '' ? undefined : text;
    };
    const sorted = Array.from(table.tBodies[0].rows);
    sorted.sort((a, b) => compare(value(a), value(b), ascending ? 1 : -1));
    table.tBodies[0].append(...sorted);
  }
  for (const table of document.querySelectorAll('table.sortable')) {
    Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
      heading.querySelector('button').addEventListener('click', () => sort(table, column, heading));
    });
  }

  // A legend's entry switches its series off and on.
  for (const key of document.querySelectorAll('.series > .key')) {
    const mark = key.parentElement.querySelector('.mark');
    key.setAttribute('role', 'button');
    key.setAttribute('aria-label', 'Line of ' + key.textContent.trim());
    key.setAttribute('tabindex', '0');
    key.setAttribute('aria-pressed', 'true');
    const toggle = () => {
      const hidden = mark.classList.toggle('hidden');
      key.setAttribute('aria-pressed', String(!hidden));
    };
    key.addEventListener('click', toggle);
    key.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        toggle();
      }
    });
  }

  // Folded charts: all at once, and all on paper.
  const folds = Array.from(document.querySelectorAll('details.panel'));
  const unfold = document.getElementById('unfold');
  unfold.addEventListener('click', () => {
    const open = folds.some((fold) => !fold.open);
    folds.forEach((fold) => { fold.open = open; });
    unfold.textContent = open ? 'Fold charts' : 'Unfold all charts';
  });
  if (folds.length === 0) {
    unfold.hidden = true;
  }
  addEventListener('beforeprint', () => folds.forEach((fold) => { fold.open = true; }));
}());
