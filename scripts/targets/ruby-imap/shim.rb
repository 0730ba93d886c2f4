# shim.rb: Ruby's Net::IMAP, told what to do by the shim protocol (docs/shim.md). The library keeps
# nothing of a mailbox, so `cache` is unsupported.

require "net/imap"

$stdout.sync = true
Thread.report_on_exception = false

def answer(status, text = "")
  puts "#{status} #{text.to_s.gsub(/[^ -~]/, " ")}".strip
end

def escape(text)
  '"' + text.b.gsub(/[^ -~]|["\\]/n) { |c| format('\\x%02x', c.ord) } + '"'
end

def unescape(text)
  text.gsub(/\\(?:x(\h\h)|(.))/n) { $1 ? $1.hex.chr : $2 }
end

# Bare words are symbols of nothing in Ruby: strings all. Parentheses are left out, since the
# library puts them around lists itself.
def words(line)
  line.b.scan(/"((?:[^"\\]|\\.)*)"|([^ "()]+)/n).map { |quoted, bare| quoted ? unescape(quoted) : bare }
end

class Client < Net::IMAP
  def tcp_socket(host, port)
    socket = super
    answer "ok"
    socket
  end
end

class Shim
  VERBS = %w[open close login logout select noop check expunge copy fetch fetch-text store search
             reply features quit].freeze

  def open(host, port)
    @client = nil
    @client = Client.new(host, port: port.to_i)
  end

  def features
    VERBS.each { |verb| puts "feature #{verb}" }
  end

  def logout
    begin
      @client.logout
    rescue EOFError, Net::IMAP::ByeResponseError, Net::IMAP::ResponseParseError, SystemCallError
      # the server has closed without an answer
    end
    close
  end

  def close
    @client&.disconnect
    @client = nil
  end

  def login(user, password) = @client.login(user, password)
  def select(name) = @client.select(name)
  def noop = @client.noop
  def check = @client.check
  def expunge = @client.expunge
  def copy(sequence, name) = @client.copy(set(sequence), name)

  def fetch(sequence, *items)
    @client.fetch(set(sequence), items.size == 1 ? items.first : items)
  end

  def fetch_text(number)
    data = @client.fetch(number.to_i, "RFC822.TEXT")&.last
    text = data&.attr&.fetch("RFC822.TEXT", nil)
    puts "text #{escape(text)}" if text
  end

  def reply(number)
    envelope = @client.fetch(number.to_i, "ENVELOPE")&.last&.attr&.fetch("ENVELOPE", nil)
    (envelope&.reply_to || []).each do |address|
      fields = [address.name, address.route, address.mailbox, address.host]
      puts "to #{fields.map { |field| field ? escape(field) : "NIL" }.join(" ")}"
    end
  end

  def store(sequence, how, *flags)
    symbols = flags.map { |flag| flag.start_with?("\\") ? flag[1..].to_sym : flag }
    @client.store(set(sequence), how, symbols)
  end

  def search(*criteria)
    puts ["found", *@client.search(criteria)].join(" ")
  end

  def quit
    answer "ok"
    exit!(0)
  end

  def run(verb, arguments)
    if !VERBS.include?(verb)
      answer "unsupported"
    elsif @client.nil? && !%w[open close features quit].include?(verb)
      answer "failed", "no connection"
    else
      send(verb.tr("-", "_"), *arguments)
      answer "ok" unless verb == "open"
    end
  rescue Net::IMAP::NoResponseError => e
    answer "no", e.message
  rescue Net::IMAP::BadResponseError => e
    answer "bad", e.message
  rescue StandardError => e
    # `open` is answered when the connection stands, before the library reads the greeting
    answer "failed", "#{e.class}: #{e.message}" unless verb == "open" && !e.is_a?(SystemCallError)
  end

  private

  def set(sequence)
    sequence.split(",").map do |part|
      first, last = part.split(":").map(&:to_i)
      last ? first..last : first
    end
  end
end

shim = Shim.new
while (line = $stdin.gets)
  verb, *arguments = words(line.chomp)
  shim.run(verb, arguments) if verb
end
exit!(0)
