# What RT's own loader (rt-setup-database --action insert) puts into a fresh claims desk:
# queue Claims with checked fields, queue Enquiries, the robot's account, and what staff entered before us.
use utf8;

my @checked = (
    [ 'Claim Number'   => '(?#Claim number like C123456)^C\d{6}$' ],
    [ 'Patient Number' => '(?#Six digits)^\d{6}$' ],
    [ 'Service Code'   => '(?#Service code like 0073)^[0-9A-Z]{3,6}$' ],
    [ 'Amount'         => '(?#Amount like 1234.56)^\d+\.\d\d$' ],
);
my @types = ( 'Consultation', 'Diagnostics', 'Treatment', 'Other' );
my $order = 0;
my %ticket_field = ( LookupType => 'RT::Queue-RT::Ticket', Queue => 'Claims', MaxValues => 1 );

our @Queues = map { { Name => $_, Description => $_, CorrespondAddress => '', CommentAddress => '' } } ( 'Claims', 'Enquiries' );

our @CustomFields = (
    ( map { { %ticket_field, Name => $_->[0], Pattern => $_->[1], Type => 'FreeformSingle', SortOrder => ++$order } } @checked ),
    { %ticket_field, Name => 'Visit Date', Type => 'Date', SortOrder => ++$order },
    { %ticket_field, Name => 'Claim Type', Type => 'SelectSingle', Pattern => '(?#Mandatory).', SortOrder => ++$order,
      Values => [ map { { Name => $_, SortOrder => 1 } } @types ] },
);

our @Users = (
    { Name => 'robot', RealName => 'Robot', Password => 'robot-pass-2024', EmailAddress => 'robot@example.invalid', Privileged => 1, Lang => 'en' },
    { Name => 'clerk', RealName => 'Clerk', Password => 'clerk-pass-2024', EmailAddress => 'clerk@example.invalid', Privileged => 1, Lang => 'en' },
);

my @rights_in_queue = qw(SeeQueue ShowTicket CreateTicket ReplyToTicket OwnTicket ModifyTicket
    SeeCustomField ModifyCustomField SetInitialCustomField);
my @surnames = ( 'Müller', "O'Neil", 'Łukasz', 'García', 'de la Cruz', 'Åström' );

sub _granted {
    my ( $name, $object, @rights ) = @_;
    my $user = RT::User->new( RT->SystemUser );
    $user->Load($name);
    for my $right (@rights) {
        my ( $ok, $why ) = $user->PrincipalObj->GrantRight( Right => $right, Object => $object );
        die "$name $right: $why" unless $ok;
    }
}

sub _field {
    my $name  = shift;
    my $field = RT::CustomField->new( RT->SystemUser );
    $field->LoadByName( Name => $name, LookupType => 'RT::Queue-RT::Ticket' );
    die "no field $name" unless $field->Id;
    return 'CustomField-' . $field->Id;
}

sub _entered_by_staff {
    my %ticket = @_;
    my $clerk  = RT::CurrentUser->new('clerk');
    my ( $id, undef, $why ) = RT::Ticket->new($clerk)->Create(%ticket);
    die "ticket: $why" unless $id;
}

our @Final = (
    sub {
        for my $name ( 'Claims', 'Enquiries' ) {
            my $queue = RT::Queue->new( RT->SystemUser );
            $queue->Load($name);
            _granted( $_, $queue, @rights_in_queue ) for 'robot', 'clerk';
        }
        _granted( $_, $RT::System, qw(ModifySelf LoadSavedSearch CreateSavedSearch) ) for 'robot', 'clerk';
    },
    sub {
        my @fields = map { _field($_) } map( { $_->[0] } @checked ), 'Visit Date', 'Claim Type';
        for my $n ( 1 .. 60 ) {
            my $number = sprintf 'C%06d', 400_000 + $n;
            my @values = (
                $number, sprintf( '%06d', 37 * $n ), ( '0073', '1E5', 'A17' )[ $n % 3 ], sprintf( '%d.%02d', 20 + 7 * $n, $n ),
                sprintf( '2026-09-%02d', 1 + $n % 28 ), $types[ $n % 4 ],
            );
            _entered_by_staff(
                Queue => 'Claims', Subject => "$number $surnames[$n % 6]",
                Status => ( 'new', 'open', 'resolved' )[ $n % 3 ], map { $fields[$_] => $values[$_] } 0 .. $#fields,
            );
        }
        _entered_by_staff( Queue => 'Enquiries', Subject => "C4000$_ where is my money?" ) for '01', '02', '03';
    },
);
1;
