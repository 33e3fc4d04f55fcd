"""The scripts of Meridian's pages, in the manner of their time."""

OPEN_REPORT = """<script>
function openReport(name) {
  window.open("/reports/" + name + ".aspx", name, "width=560,height=380,resizable=yes");
  return false;
}
</script>"""

POST_BACK = """<script>
function __doPostBack(target, argument) {
  var form = document.forms[0];
  form.__EVENTTARGET.value = target;
  form.__EVENTARGUMENT.value = argument;
  form.submit();
}
</script>"""

# Fields take dd/mm/yyyy, d.m.yy, ddmmyyyy and the like; whatever else is typed is thrown away.
CALENDAR = """<script>
function two(number) { return (number < 10 ? "0" : "") + number; }
function normaliseDate(field) {
  var found = /^\\s*(\\d{1,2})\\D?(\\d{1,2})\\D?(\\d{4}|\\d{2})\\s*$/.exec(field.value);
  var day = found && new Date(found[3].length == 2 ? 2000 + +found[3] : +found[3], found[2] - 1, +found[1]);
  var good = day && day.getDate() == +found[1] && day.getMonth() == found[2] - 1;
  field.value = good ? two(day.getDate()) + "/" + two(day.getMonth() + 1) + "/" + day.getFullYear() : "";
  document.getElementById("ctl00_cphMain_lblMessage").innerHTML = good ? "" : "Date not understood";
}
var calendarField, calendarMonth;
function openCalendar(id) {
  calendarField = document.getElementById(id);
  var parts = calendarField.value.split("/");
  calendarMonth = parts.length == 3 ? new Date(+parts[2], parts[1] - 1, 1) : new Date();
  drawCalendar();
}
function turnCalendar(months) {
  calendarMonth = new Date(calendarMonth.getFullYear(), calendarMonth.getMonth() + months, 1);
  drawCalendar();
}
function pickDay(number) {
  calendarField.value = number + "/" + (calendarMonth.getMonth() + 1) + "/" + calendarMonth.getFullYear();
  normaliseDate(calendarField);
  document.getElementById("ctl00_cphMain_calendar").innerHTML = "";
}
function drawCalendar() {
  var year = calendarMonth.getFullYear(), month = calendarMonth.getMonth();
  var last = new Date(year, month + 1, 0).getDate(), blank = (new Date(year, month, 1).getDay() + 6) % 7;
  var html = '<table border=1 cellspacing=0><tr><td><a href="javascript:turnCalendar(-1)">&lt;</a></td>' +
    '<td colspan=5 align=center>' + two(month + 1) + '/' + year + '</td>' +
    '<td><a href="javascript:turnCalendar(1)">&gt;</a></td></tr><tr>';
  for (var cell = 0; cell < blank + last; cell++) {
    if (cell && cell % 7 == 0) html += '</tr><tr>';
    var day = cell - blank + 1;
    html += '<td>' + (day > 0 ? '<a href="javascript:pickDay(' + day + ')">' + day + '</a>' : '') + '</td>';
  }
  document.getElementById("ctl00_cphMain_calendar").innerHTML = html + '</tr></table>';
}
</script>"""
