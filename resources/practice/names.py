"""Word lists for the made-up clinic: every entry can be written in Windows-1252, many cannot in ASCII."""

SURNAMES = (
    "Abernathy", "Ahmed", "Almeida", "Åström", "Bäcker", "Beauchêne", "Begum", "Bennett", "Bjørnstad",
    "Brontë", "Calderón", "Carter", "Çelik", "Chaudhry", "Clarke", "D'Angelo", "D\u2019Arcy", "de la Cruz",
    "Delacroix", "Dubois", "Evans", "Fernández", "Fitzgerald", "Fjørtoft", "Garçon", "Gómez", "Green",
    "Grüber", "Hélouin", "Hughes", "Ibáñez", "Jansen", "Jones", "Jürgens", "Kaur", "Khan", "Kjær", "Lefèvre",
    "Lloyd-Jones", "López", "M'Bala", "MacLeod", "Martin", "McCarthy", "Müller", "Muñoz", "Nguyen", "Nuñez",
    "O'Brien", "O'Connor", "O\u2019Neill", "O'Shea", "Œuvrard", "Öztürk", "Patel", "Peña", "Quigley", "Read",
    "Roberts", "Rößler", "Saint-Clair", "Šimek", "Smith", "St. John", "Strauß", "Taylor", "Thomas", "Tÿche",
    "van der Berg", "Villeneuve", "Walker", "Weiß", "Williams", "Wright", "Young",
    "Žagar", "Zúñiga",
)  # fmt: skip

GIVEN_NAMES = (
    "Aaliyah", "Adèle", "Aisling", "André", "Ángel", "Anna", "Beatriz", "Benoît", "Björn", "Caitlín", "Chloë",
    "Daniel", "David", "Eloïse", "Emily", "Esmé", "Fatima", "François", "George", "Grace", "Hannah", "Håkon",
    "Ingrid", "Inês", "Jack", "James", "José", "Jürgen", "Karen", "Léa", "Leo", "Lucía", "Margaret", "Maria",
    "Mohammed", "Niamh", "Noël", "Oliver", "Olivia", "Owen", "Peter", "Priya", "Renée", "Robert", "Rosa",
    "Seán", "Siân", "Sofía", "Søren", "Susan", "Théo", "Tomás", "Úna", "Vera", "William", "Zoë",
)  # fmt: skip

DOCTORS = (
    "Dr A. Whitfield",
    "Dr B. Okonjo",
    "Dr C. Núñez-Hall",
    "Dr D. O'Malley",
    "Dr E. Strömberg",
    "Dr F. Iqbal",
    "Dr G. Lefèvre",
    "Nurse H. Cole",
)

NOTES = (
    "Follow-up in 6 weeks",
    "Arrived late; seen after next patient",
    "Blood pressure 120/80;\nrepeat in 3 months",
    'Says "much better" since last visit',
    "Letter sent to GP\n\ncc: patient",
    "Referred to Dr O'Malley; see file",
    "Prescription renewed \u2013 café next door holds it",
    "Pays £9.90 charge himself",
    "Interpreter (français) booked",
    '"Urgent";\n"call back before 17:00"',
    "X-ray left wrist, no finding",
    "Brought child; both seen",
)

# Code, usual price in pence. Codes are text: a spreadsheet would spoil 0073 and 1E5.
SERVICES = (
    ("0073", 4550),
    ("0110", 12000),
    ("0042", 2500),
    ("1E5", 8625),
    ("2E10", 31000),
    ("0991", 123450),
    ("A17", 6400),
    ("10023", 18975),
    ("0007", 1000),
    ("3E02", 240000),
)
