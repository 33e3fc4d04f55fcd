/* Looks at elements on a page: what each looks like, in words of labels, never of values.
 *
 * Given elements (a locator's): their count, and the trace if it is one. Given nothing: every candidate of the
 * document, as {elements, traces}. A trace has the fields of agent.core.repair.Trace; what a field holds, and
 * the words of a block that is no heading, never leave the page: of those only the shape is told (9 for a
 * number, a for a word).
 */
(found) => {
const FIELDS = 'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image])' +
  ':not([type=reset]), select, textarea, [contenteditable=""], [contenteditable=true], [role=textbox],' +
  '[role=combobox], [role=checkbox], [role=radio], [role=switch], [role=spinbutton], [role=searchbox]';
const CONTROLS = 'a[href], a[onclick], button, input[type=submit], input[type=button], input[type=image],' +
  'input[type=reset], [role=button], [role=link], [role=menuitem], [role=tab], [role=option], [onclick], summary';
const HEADS = 'h1, h2, h3, h4, h5, h6, legend, th, caption, label, dt';
const HEADINGS = 'h1, h2, h3, h4, h5, h6, legend, caption, [role=heading]';
const TOLD = ['id', 'name', 'class', 'title', 'placeholder', 'alt', 'aria-label', 'autocomplete', 'data-testid',
  'data-test', 'data-field', 'data-name', 'formcontrolname', 'for'];
const SPOKEN = ['title', 'placeholder', 'alt', 'aria-label'];
const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const brief = (text, most = 80) => { const told = words(text); return told.length > most ? '' : told; };
const sort = (e) => e.matches(FIELDS) ? 'field' : e.matches(CONTROLS) ? 'control' : 'block';
const seen = (e) => {
  if (e.getClientRects().length === 0) return false;
  const style = getComputedStyle(e);
  return style.visibility === 'visible' && style.opacity !== '0';
};
const shape = (text) => words(text).slice(0, 40)
  .replace(/\p{L}+/gu, 'a').replace(/\d+/g, '9').replace(/(a[ .,'-]*){3,}/g, 'a… ');
const labels = (e) => [...(e.labels ?? [])].map(label => {
  const copy = label.cloneNode(true);
  copy.querySelectorAll('input, select, textarea, button').forEach(inner => inner.remove());
  return words(copy.textContent);
}).filter(Boolean).join(' ');
const called = (e) => {  // as assistive technology would, nearly
  const root = e.getRootNode();
  const by = (e.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean)
    .map(id => words(root.getElementById?.(id)?.textContent)).join(' ');
  if (by.trim()) return words(by);
  if (words(e.getAttribute('aria-label'))) return words(e.getAttribute('aria-label'));
  const label = labels(e);
  if (label) return label;
  if (e.matches('input[type=submit], input[type=button], input[type=reset]'))
    return words(e.value) || (e.type === 'submit' ? 'Submit' : '');
  if (e.matches('input[type=image], img')) return words(e.alt) || words(e.title);
  if (sort(e) === 'control') return brief(e.innerText, 100) || words(e.querySelector('img')?.alt) || words(e.title);
  if (e.matches(HEADS)) return brief(e.innerText, 100);
  return words(e.getAttribute('title')) || words(e.getAttribute('placeholder'));
};
const role = (e) => {
  const own = e.getAttribute('role');
  if (own) return own.split(' ')[0];
  const tag = e.tagName.toLowerCase(), kind = (e.type ?? '').toLowerCase();
  if (tag === 'a') return e.hasAttribute('href') ? 'link' : '';
  if (tag === 'button' || (tag === 'input' && ['submit', 'button', 'reset', 'image'].includes(kind))) return 'button';
  if (tag === 'select') return e.multiple || e.size > 1 ? 'listbox' : 'combobox';
  if (tag === 'textarea' || e.isContentEditable) return 'textbox';
  if (tag === 'input') return {checkbox: 'checkbox', radio: 'radio', number: 'spinbutton', search: 'searchbox'}[kind] ?? 'textbox';
  if (/^h[1-6]$/.test(tag)) return 'heading';
  return {table: 'table', tr: 'row', th: 'columnheader', img: 'img', ul: 'list', li: 'listitem', form: 'form', nav: 'navigation'}[tag] ?? '';
};
// In a table of data the words of a row are data, unless other rows say the same ("Edit").
const among = (e) => {
  const cell = e.closest('td'), line = cell?.parentElement, table = line?.closest('table');
  if (!table || table.rows.length < 2 || table.rows[0].querySelectorAll('th').length < 3 || line === table.rows[0]) return null;
  return {cell, line, table};
};
const isPersonal = (e) => { for (let up = e; up; up = up.parentElement) if (up.predawnPersonal) return true; return false; };
const isData = (e, said) => {
  if (isPersonal(e)) return true;
  const at = among(e);
  if (!at) return false;
  const place = [...at.line.cells].indexOf(at.cell);
  const same = [...at.table.rows].filter(row => row !== at.line && words(row.cells[place]?.innerText).includes(words(said)));
  return !words(said) || same.length === 0;
};
// Words beside an element: text that stands for itself, not what a field holds or a row of data says.
const plain = (node) => {
  if (!node || isPersonal(node.parentElement) || node.predawnPersonal) return '';
  if (node.nodeType === Node.TEXT_NODE) return among(node.parentElement) ? '' : brief(node.data, 60);
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches('script, style, option, select, textarea')) return '';
  if (node.querySelector(FIELDS) || node.matches(FIELDS) || among(node)) return '';
  if (node.matches('table, thead, tbody, tr') || node.querySelector('tr')) return '';  // rows, of data perhaps
  return brief(node.innerText, 60);
};
const beside = (e, step) => {
  let from = e;
  for (let up = 0; up < 4 && from && from !== document.body; up++) {
    for (let next = from[step]; next; next = next[step]) {
      const told = plain(next);
      if (told) return told;
      if (next.nodeType === Node.ELEMENT_NODE && (next.matches(FIELDS) || next.querySelector(FIELDS))) return '';
    }
    from = from.parentElement;
  }
  return '';
};
const heads = (e) => {
  const cell = e.closest('td, th'), line = cell?.parentElement;
  if (!line || !line.cells) return {row: '', column: ''};
  const first = line.cells[0] === cell ? null : line.cells[0];
  const table = line.closest('table');
  const top = table?.rows[0] === line ? null : [...(table?.rows[0]?.cells ?? [])];
  let place = 0;
  for (const each of line.cells) { if (each === cell) break; place += each.colSpan; }
  let column = '', at = 0;
  for (const each of top ?? []) { if (at <= place && place < at + each.colSpan && each.tagName === 'TH' && each.colSpan === 1) column = brief(each.innerText, 60); at += each.colSpan; }
  return {row: first ? plain(first) : '', column};
};
const group = (e) => {
  const legend = e.closest('fieldset')?.querySelector('legend');
  if (legend) return brief(legend.innerText);
  const named = e.closest('[role=group][aria-label], section[aria-label], [role=dialog][aria-label]');
  if (named) return words(named.getAttribute('aria-label'));
  const wide = e.closest('table')?.querySelector('caption, th[colspan]');
  if (wide && wide !== e) return brief(wide.innerText);
  let found = null;
  for (const heading of e.getRootNode().querySelectorAll(HEADINGS)) {
    if (heading.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING) found = heading; else break;
  }
  return found && found !== e ? brief(found.innerText) : '';
};
const path = (e) => {
  const told = [];
  for (let up = e.parentElement; up && told.length < 6 && up !== document.body; up = up.parentElement)
    told.push(up.tagName.toLowerCase() + (up.id ? '#' + up.id : ''));
  return told;
};
const where = (e) => {  // a selector that leads to it alone
  const steps = [];
  for (let up = e; up && up !== document.documentElement && up.nodeType === Node.ELEMENT_NODE; up = up.parentElement) {
    if (/^[A-Za-z_][\w-]*$/.test(up.id) && up !== e) { steps.unshift('#' + up.id); break; }
    const like = [...(up.parentElement?.children ?? [])].filter(each => each.localName === up.localName);
    steps.unshift(up.localName + (like.length > 1 ? `:nth-of-type(${like.indexOf(up) + 1})` : ''));
  }
  return steps.join(' > ');
};
const address = (text) => { try { return new URL(text, document.baseURI).pathname; } catch { return ''; } };
const sends = (e) => {  // a click may send something: all but plain links and forms that only ask
  if (sort(e) !== 'control') return false;
  if (e.matches('a[href]')) return e.hasAttribute('onclick') || !/^https?:$/.test(e.protocol);
  return !(e.form && e.form.method === 'get' && (e.type === 'submit' || e.type === 'image') && !e.hasAttribute('onclick'));
};
const trace = (e, order, among) => {
  const kind = sort(e), box = e.getBoundingClientRect(), form = e.form ?? e.closest('form');
  const head = e.matches(HEADS) || kind === 'control', said = called(e);
  const data = isData(e, said || e.innerText), attributes = {};
  for (const name of TOLD) {
    const value = words(e.getAttribute(name));
    if (value && value.length < 120 && !(data && SPOKEN.includes(name))) attributes[name] = value;
  }
  if (e.hasAttribute('href')) attributes.href = address(e.getAttribute('href'));
  return {
    sort: kind, tag: e.tagName.toLowerCase(), type: e.getAttribute('type') ?? '', role: role(e),
    name: data ? '' : said, label: data ? '' : labels(e),
    text: head && !data ? brief(e.tagName === 'INPUT' ? e.value : e.innerText, 100) : '',
    shape: (kind === 'block' && !head) || data ? shape(e.innerText) : '',
    attributes, before: beside(e, 'previousSibling'), after: beside(e, 'nextSibling'), ...heads(e), group: group(e),
    path: path(e), where: where(e), sends: sends(e), order, among,
    form: form ? (form.getAttribute('name') || form.id || address(form.getAttribute('action') ?? '')) : '',
    box: [box.x, box.y, box.width, box.height].map(Math.round),
  };
};
const every = function* (root) {
  for (const e of root.querySelectorAll('*')) { yield e; if (e.shadowRoot) yield* every(e.shadowRoot); }
};
const sorted = {field: [], control: [], block: []};
const BLOCKS = HEADS + ', table, output, [role=status], [role=alert]';
let looked = 0;
for (const e of every(document)) {
  if (++looked > 6000) break;
  const kind = sort(e);
  if (kind === 'block' && !(e.id || e.matches(BLOCKS)) && !(found && found[0] === e)) continue;
  if (seen(e)) sorted[kind].push(e);
}
const told = (e) => trace(e, sorted[sort(e)].indexOf(e), sorted[sort(e)].length);
if (found) return {count: found.length, traces: found.length === 1 ? [told(found[0])] : []};
// Of a list of equal rows the first ones are enough: nobody is offered the 500th link of a table.
const elements = [...sorted.field.slice(0, 300), ...sorted.control.slice(0, 400), ...sorted.block.slice(0, 300)];
return {elements, traces: elements.map(told)};
}
