/* Draws the covers above everything, also above a dialog; answers with where each lies. Without a colour it
 * only answers. */
({nodes}, [parts, held, colour]) => {
  const boxes = [], add = (box) => { if (box.width > 0 && box.height > 0) boxes.push([box.x, box.y, box.width, box.height]); };
  for (const [text, from, to] of parts) {
    const range = document.createRange();
    range.setStart(nodes.texts[text], from);
    range.setEnd(nodes.texts[text], to);
    for (const box of range.getClientRects()) add(box);
  }
  for (const field of held) add(nodes.fields[field].getBoundingClientRect());
  const secret = 'input[type=password], [autocomplete~=one-time-code], [autocomplete~=current-password], [autocomplete~=new-password]';
  for (const field of nodes.fields) if (field.matches(secret)) add(field.getBoundingClientRect());
  for (const marked of nodes.marked) add(marked.getBoundingClientRect());
  if (colour === null || boxes.length === 0) return {boxes, cover: null};
  const cover = document.createElement('div');
  cover.style.cssText = 'all:initial;position:absolute;left:0;top:0;right:auto;bottom:auto;width:0;height:0;' +
    'overflow:visible;background:none;border:0;margin:0;padding:0;pointer-events:none;z-index:2147483647';
  const inside = cover.attachShadow({mode: 'closed'});
  for (const [x, y, width, height] of boxes) {
    const box = document.createElement('div');
    box.style.cssText = `position:absolute;left:${x + scrollX - 1}px;top:${y + scrollY - 1}px;width:${width + 2}px;height:${height + 2}px;background:${colour}`;
    inside.append(box);
  }
  document.documentElement.append(cover);
  if (cover.showPopover) { cover.popover = 'manual'; cover.showPopover(); }
  return {boxes, cover};
}
