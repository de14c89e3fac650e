#!/usr/bin/env perl
# A right client on Perl's own HTTP::Tiny and JSON::PP: keys in any order, ASCII escapes, keep-alive.
use strict;
use warnings;
use HTTP::Tiny;
use JSON::PP;

my ($base, $token, $vendor) = @ENV{qw(SMSPROOF_BASE_URL SMSPROOF_TOKEN SMSPROOF_VENDOR)};
my $http = HTTP::Tiny->new(
    timeout => 1, max_redirect => 0, no_proxy => '127.0.0.1', keep_alive => 1,
    default_headers => { Authorization => "Bearer $token", Accept => '*/*' },
);
my $json = JSON::PP->new->ascii;

sub post {
    my ($path, $body) = @_;
    return $http->post($base . $path, { content => $json->encode($body), headers => { 'content-type' => 'application/json' } });
}

open my $file, '<:raw', $ENV{SMSPROOF_SCENARIO} or die $!;
my $scenario = $json->decode(do { local $/; <$file> });
my $send = $vendor eq 'messangi' ? '/raven/v2/messages' : '/_rest/v4/app/sms/send';
my $webhook = '/_rest/v4/my/did/sms/webhook';
for my $step (@{ $scenario->{steps} }) {
    my ($do, $args) = @$step{qw(do args)};
    $args->{callbacks} = join ', ', @{ $args->{callbacks} } if $args->{callbacks};
    if    ($do eq 'send')        { post($send, $args) }
    elsif ($do eq 'send_many')   { post($send, $args->{messages}) }
    elsif ($do eq 'batch')       { post('/raven/v3/messages/batch', $args) }
    elsif ($do eq 'set_webhook') { post($webhook, $args) }
    else {
        (my $number = $args->{endpoint}) =~ s/([^A-Za-z0-9-])/sprintf '%%%02x', ord $1/ge;
        $http->get("$base$webhook?endpoint=$number");
    }
    print "done: $step->{step}\n";
}
