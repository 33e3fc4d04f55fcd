/* Changes a page as its makers might, by a plan: [[what, detail], …] and a seed. Elements that are looked for carry
 * data-truth; what takes an element's place carries its mark on. Twins of a doubled element carry it both. */
([plan, seed]) => {
let state = seed >>> 0;
const random = () => {  // mulberry32
  state = (state + 0x6D2B79F5) >>> 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const hash = (text) => { let h = 7; for (const c of text) h = (Math.imul(h, 31) + c.codePointAt(0)) >>> 0; return h; };
const FIELDS = 'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image]):not([type=reset]), select, textarea';
const BUTTONS = 'button, input[type=submit], input[type=button], input[type=image], input[type=reset]';
const words = (text) => (text ?? '').replace(/\s+/g, ' ').trim();
const targets = (only) => [...document.querySelectorAll('[data-truth]')].filter(e => only === undefined || only.includes(e.dataset.truth));

// ── names that nobody reads ──────────────────────────────────────────────────────────────────────────────
const ids = (only) => {
  const manner = pick(['hashed', 'suffix', 'prefix', 'kebab']);
  const wanted = only ? targets(only) : [...document.querySelectorAll('[id], [name]')];
  const other = (name) => ({
    hashed: `x${hash(name + seed).toString(36)}`, suffix: name.replace(/\d*$/, '') + `_${10 + hash(name) % 80}`,
    prefix: `frm2_${name}`, kebab: name.replace(/([a-z])([A-Z])/g, '$1-$2').replace(/_/g, '-').toLowerCase() + '-v2',
  })[manner];
  const fresh = new Map();
  for (const e of wanted) {
    if (e.id) { fresh.set(e.id, other(e.id)); e.id = fresh.get(e.id); }
    if (e.getAttribute('name') && e.tagName !== 'META') e.setAttribute('name', other(e.getAttribute('name')));
  }
  for (const e of document.querySelectorAll('[for], [aria-labelledby], [aria-describedby]'))
    for (const name of ['for', 'aria-labelledby', 'aria-describedby'])
      if (e.hasAttribute(name)) e.setAttribute(name, e.getAttribute(name).split(' ').map(id => fresh.get(id) ?? id).join(' '));
};

// ── words that people read ───────────────────────────────────────────────────────────────────────────────
const SAME = {save: ['Store', 'Submit', 'Keep'], 'log in': ['Sign in'], 'sign in': ['Log on'], search: ['Find', 'Look up'], add: ['New', 'Create'],
  delete: ['Remove'], number: ['no.', 'ref.'], name: ['title', 'called'], user: ['account', 'member'], username: ['Login name'], password: ['Pass phrase'],
  from: ['Start', 'Since'], to: ['End', 'Until'], date: ['day'], export: ['Create file', 'Download'], show: ['Refresh'], next: ['Continue', 'Forward'],
  amount: ['sum', 'value'], email: ['Mail address'], first: ['Given'], last: ['Family'], group: ['role'], edit: ['Change'], change: ['Edit'], list: ['overview'],
  report: ['listing'], claim: ['case'], patient: ['client'], visit: ['appointment'], address: ['location'], active: ['enabled'], cancel: ['Discard'], continue: ['Go on']};
const reword = (text) => {
  const told = text.split(' ').map(word => {
    const found = SAME[word.toLowerCase().replace(/[^a-z]/g, '')];
    return found ? pick(found) : word;
  }).join(' ');
  if (told !== text) return told;
  return pick([`${text} *`, `Your ${text.toLowerCase()}`, `${text} (new)`, `${text.slice(0, Math.max(3, text.length - 3))}.`, `Please: ${text}`]);
};
const GERMAN = {save: 'Speichern', add: 'Hinzufügen', delete: 'Löschen', search: 'Suchen', user: 'Benutzer', users: 'Benutzer', name: 'Name', number: 'Nummer', password: 'Kennwort',
  claim: 'Antrag', claims: 'Anträge', patient: 'Patient', visit: 'Besuch', date: 'Datum', amount: 'Betrag', from: 'Von', to: 'Bis', export: 'Ausgeben', show: 'Anzeigen', next: 'Weiter',
  sign: 'Anmelden', in: '', out: 'ab', log: 'Anmelden', find: 'Finden', all: 'Alle', new: 'Neuer', group: 'Gruppe', groups: 'Gruppen', email: 'E-Mail', first: 'Vor', last: 'Nach',
  and: 'und', another: 'weiteren', continue: 'weiter', editing: 'bearbeiten', change: 'Ändern', edit: 'Ändern', home: 'Start', list: 'Liste', create: 'Anlegen', report: 'Bericht',
  service: 'Leistung', code: 'Code', cancel: 'Abbrechen', view: 'Ansicht', site: 'Seite', history: 'Verlauf', active: 'Aktiv', staff: 'Mitarbeiter', status: 'Stand', permissions: 'Rechte'};
const SYLLABLES = ['lor', 'ben', 'ka', 'mit', 'zu', 'her', 'ung', 'del', 'fa', 'gen', 'stu', 'wen'];
const foreign = (text) => words(text.replace(/\p{L}{2,}/gu, word => {
  const known = GERMAN[word.toLowerCase()];
  if (known !== undefined) return known;
  const number = hash(word.toLowerCase());
  const made = [0, 1, 2].slice(0, 1 + Math.ceil(word.length / 5)).map(n => SYLLABLES[(number >>> (4 * n)) % SYLLABLES.length]).join('');
  return /^\p{Lu}/u.test(word) ? made[0].toUpperCase() + made.slice(1) : made;
}));
const SPOKEN = ['aria-label', 'placeholder', 'title', 'alt'];
const saying = (e, change) => {  // all that is said of one element
  for (const name of SPOKEN) if (e.getAttribute(name)) e.setAttribute(name, change(e.getAttribute(name)));
  if (e.matches('input[type=submit], input[type=button], input[type=reset]') && e.value) e.value = change(e.value);
  const said = e.matches(FIELDS) ? [...(e.labels ?? [])] : e.matches('button, a, h1, h2, h3, legend, th, label, summary') ? [e] : [];
  if (e.matches(FIELDS) && said.length === 0) { const cell = e.closest('td')?.previousElementSibling; if (cell && !cell.querySelector(FIELDS)) said.push(cell); }
  for (const holder of said) {
    const walker = document.createTreeWalker(holder, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (words(node.data)) { node.data = node.data.replace(words(node.data), change(words(node.data))); break; }
  }
};
const texts = (only) => targets(only).forEach(e => saying(e, reword));
const translated = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    if (words(node.data) && !node.parentElement.closest('script, style, textarea')) node.data = node.data.replace(words(node.data), foreign(words(node.data)));
  for (const e of document.querySelectorAll('*')) {
    for (const name of SPOKEN) if (e.getAttribute(name)) e.setAttribute(name, foreign(e.getAttribute(name)));
    if (e.matches('input[type=submit], input[type=button], input[type=reset]') && e.value) e.value = foreign(e.value);
  }
};

// ── where things stand ───────────────────────────────────────────────────────────────────────────────────
const line = (e) => e.closest('tr, .form-row, .form-group, .field, .mb-3, li, p') ?? e;
const moved = (only) => {
  for (const e of targets(only)) {
    if (e.matches(FIELDS)) {
      const row = line(e), all = [...(row.parentElement?.children ?? [])].filter(each => each !== row && each.tagName === row.tagName);
      if (all.length && row !== document.body) pick(all)[random() < 0.5 ? 'before' : 'after'](row);
    } else {
      const places = [...document.querySelectorAll('form, header, nav, main, td, aside, #content, body')].filter(each => !e.contains(each) && !each.contains(e) || each === document.body);
      const bar = document.createElement('div');
      bar.className = 'toolbar';
      if (random() < 0.5) bar.style.textAlign = 'right';
      bar.append(e);
      pick(places)[random() < 0.5 ? 'prepend' : 'append'](bar);
    }
  }
};
const columns = () => {
  for (const table of document.querySelectorAll('table')) {
    const rows = [...table.rows].filter(row => row.closest('table') === table && row.cells.length > 1);
    const far = random() < 0.5;
    for (const row of rows) {
      if (far) row.append(row.cells[0]); else row.insertBefore(row.cells[1], row.cells[0]);
    }
  }
  for (const label of document.querySelectorAll('label')) {
    const next = label.nextElementSibling;
    if (next && (next.matches(FIELDS) || next.querySelector(FIELDS))) next.after(label);
  }
};
const framed = (named) => {
  const holder = document.querySelector('form')?.closest('body > *') ?? document.body.firstElementChild;
  const whole = random() < 0.5 || !holder;
  const frame = document.createElement('iframe');
  if (named) frame.name = pick(['main', 'content', 'work']);
  frame.style.cssText = 'width:1100px;height:700px;border:0';
  const inside = whole ? document.body.innerHTML : holder.outerHTML;
  const head = document.head.innerHTML;
  const html = `<!DOCTYPE html><html><head>${head}</head><body>${inside}</body></html>`;
  if (whole) document.body.replaceChildren(frame); else holder.replaceWith(frame);
  return new Promise(done => { frame.onload = () => done(); frame.srcdoc = html; });
};

// ── twice, or never ──────────────────────────────────────────────────────────────────────────────────────
const doubled = (only) => {
  for (const e of targets(only)) {
    const twin = e.cloneNode(true), manner = pick(['beside', 'bar', 'decoy']);
    if (manner === 'beside') e.after(twin);
    else if (manner === 'bar') (e.form ?? e.closest('form') ?? document.body).prepend(twin);
    else {  // another form with a thing of the same words: only the first is right
      delete twin.dataset.truth;
      const other = document.createElement('form');
      other.action = '/newsletter'; other.id = 'newsletter';
      other.innerHTML = '<h3>Stay in touch</h3><label>Your mail <input type="text" id="nl_mail"></label>';
      other.append(twin);
      document.body.append(other);
    }
  }
};
const removed = (only) => targets(only).forEach(e => (e.matches(FIELDS) && line(e).querySelectorAll(FIELDS).length === 1 ? line(e) : e).remove());

// ── a form in another framework's markup ─────────────────────────────────────────────────────────────────
const caption = (e) => {
  const label = [...(e.labels ?? [])].map(each => words(each.textContent)).join(' ');
  const cell = e.closest('td')?.previousElementSibling;
  return label || words(e.getAttribute('aria-label')) || (cell && !cell.querySelector(FIELDS) ? words(cell.textContent) : '') || words(e.title) || words(e.placeholder) || words(e.name);
};
const camel = (name) => name.replace(/[^A-Za-z0-9]+(.)/g, (_, c) => c.toUpperCase()).replace(/^./, c => c.toLowerCase());
const rewritten = (framework) => {
  let count = 0;
  const field = (e) => {
    const said = caption(e), id = {mui: `:r${count++}:`, angular: `mat-input-${count++}`, ember: `ember${400 + count++}`}[framework];
    const input = document.createElement(e.tagName);
    for (const option of e.querySelectorAll('option')) input.append(option.cloneNode(true));
    if (e.tagName === 'INPUT') input.type = e.type;
    input.id = id;
    if (e.dataset.truth) input.dataset.truth = e.dataset.truth;
    if (framework === 'angular') input.setAttribute('formcontrolname', camel(e.name || e.id || said));
    else if (random() < 0.6 && e.name) input.name = camel(e.name);
    const box = document.createElement(framework === 'angular' ? 'mat-form-field' : 'div');
    box.className = {mui: 'MuiFormControl-root css-1a2b3c', angular: 'mat-mdc-form-field', ember: 'field-wrapper ember-view'}[framework];
    const label = document.createElement('label');
    label.textContent = said;
    label.htmlFor = id;
    const manner = pick(['before', 'after', 'placeholder', 'spoken']);
    const inner = document.createElement('div');
    inner.className = 'input-wrapper';
    inner.append(input);
    if (manner === 'before') box.append(label, inner);
    else if (manner === 'after') box.append(inner, label);
    else { input.setAttribute(manner === 'placeholder' && e.tagName !== 'SELECT' ? 'placeholder' : 'aria-label', said); box.append(inner); }
    return box;
  };
  const button = (e) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = {mui: 'MuiButton-root css-9z8y', angular: 'mdc-button mat-primary', ember: 'ui button primary'}[framework];
    if (e.dataset.truth) made.dataset.truth = e.dataset.truth;
    const inner = document.createElement('span');
    inner.textContent = e.tagName === 'INPUT' ? (e.value || e.alt || 'Submit') : words(e.textContent) || words(e.title);
    made.append(inner);
    return made;
  };
  for (const form of [...document.querySelectorAll('form')]) {
    const made = document.createElement('div');
    made.className = 'app-form';
    const heading = form.querySelector('legend, th[colspan], h1, h2, h3');
    if (heading) { const h = document.createElement('h2'); h.textContent = words(heading.textContent); if (heading.dataset.truth) h.dataset.truth = heading.dataset.truth; made.append(h); }
    const bar = document.createElement('div');
    bar.className = 'actions';
    for (const e of form.querySelectorAll(`${FIELDS}, ${BUTTONS}, a[href]`)) {
      if (e.matches(FIELDS)) made.append(field(e));
      else if (e.matches(BUTTONS)) bar.append(button(e));
      else bar.append(e.cloneNode(true));
    }
    made.append(bar);
    form.replaceWith(made);
  }
};

const WAYS = {ids, texts, translated, moved, columns, framed, doubled, removed, rewritten};
return (async () => { for (const [what, detail] of plan) await WAYS[what](detail ?? undefined); })();
}
