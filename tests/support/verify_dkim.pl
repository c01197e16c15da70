# Says `pass` or what else Mail::DKIM makes of each signature of a message on stdin; the arguments are lines of a zone.
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS;

package Zone;
sub new { my ( $class, @lines ) = @_; return bless { records => [ map { Net::DNS::RR->new($_) } @lines ] }, $class }
sub errorstring { return 'NXDOMAIN' }

sub send {
    my ( $self, $name, $type ) = @_;
    my $packet = Net::DNS::Packet->new( $name, $type );
    $packet->push( answer => grep { lc $_->owner eq lc $name } @{ $self->{records} } );
    $packet->header->rcode( $packet->answer ? 'NOERROR' : 'NXDOMAIN' );
    return $packet;
}

package main;
binmode STDIN;
Mail::DKIM::DNS::resolver( Zone->new(@ARGV) );
my $verifier = Mail::DKIM::Verifier->new;
$verifier->PRINT( do { local $/; <STDIN> } );
$verifier->CLOSE;
print $_->result, "\n" for $verifier->signatures;
