# Net::HTTP: ruby net_http.rb each|started URL N. each: Net::HTTP.get_response per request; started: one connection.
require 'net/http'

kind, url, n = ARGV
uri = URI("#{url.chomp('/')}/get")
fetch = lambda do |response|
  raise "status #{response.code}" unless response.code == '200'
end
if kind == 'each'
  n.to_i.times { fetch.call(Net::HTTP.get_response(uri)) }
else
  Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == 'https') do |http|
    n.to_i.times { fetch.call(http.get(uri.request_uri)) }
  end
end
puts "#{n} ok"
