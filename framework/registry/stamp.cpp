#include "strata/registry/stamp.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <map>

#include "strata/support/errors.hpp"

namespace strata {
namespace {

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
#else
#error "add this processor's number from <elf.h>"
#endif

/// A structure at an offset; nothing past the end is ever read.
template <class T>
T read_at(std::string_view bytes, uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T))
    throw UserError("it is cut off: its headers pass the end of the file");
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

Elf64_Ehdr read_header(std::string_view bytes) {
  if (bytes.substr(0, SELFMAG) != std::string_view(ELFMAG, SELFMAG))
    throw UserError("it is no shared library (no ELF file)");
  const auto header = read_at<Elf64_Ehdr>(bytes, 0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != kMachine)
    throw UserError("it is built for another processor than this one");
  if (header.e_type != ET_DYN) throw UserError("it is an ELF file, but no shared library");
  return header;
}

uint64_t padded(uint64_t size, uint64_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

/// The description of strata's note in a segment of notes; empty where there is none.
std::string find_note(std::string_view bytes, const Elf64_Phdr& segment) {
  const uint64_t alignment = segment.p_align == 8 ? 8 : 4;
  uint64_t offset = segment.p_offset;
  const uint64_t end = segment.p_offset + segment.p_filesz;
  while (offset + sizeof(Elf64_Nhdr) <= end) {
    const auto note = read_at<Elf64_Nhdr>(bytes, offset);
    const uint64_t name = offset + sizeof(Elf64_Nhdr);
    const uint64_t description = name + padded(note.n_namesz, alignment);
    const uint64_t next = description + padded(note.n_descsz, alignment);
    if (next > end) break;
    const std::string_view owner = bytes.substr(name, note.n_namesz);
    if (note.n_type == stamp_type && owner == std::string_view(stamp_owner, sizeof(stamp_owner))) {
      const std::string_view text = bytes.substr(description, note.n_descsz);
      return std::string(text.substr(0, text.find('\0')));
    }
    offset = next;
  }
  return {};
}

std::map<std::string, std::string> parse_stamp(const std::string& stamp) {
  std::map<std::string, std::string> values;
  for (size_t begin = 0; begin < stamp.size();) {
    const size_t end = std::min(stamp.find('\n', begin), stamp.size());
    const std::string line = stamp.substr(begin, end - begin);
    const size_t equals = line.find('=');
    if (equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 1);
    begin = end + 1;
  }
  return values;
}

}  // namespace

std::string read_stamp(std::string_view bytes) {
  const Elf64_Ehdr header = read_header(bytes);
  if (header.e_shoff > bytes.size() ||
      uint64_t{header.e_shnum} * header.e_shentsize > bytes.size() - header.e_shoff)
    throw UserError("it is cut off: its sections pass the end of the file");
  std::string stamp;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment =
        read_at<Elf64_Phdr>(bytes, header.e_phoff + uint64_t{i} * header.e_phentsize);
    if (segment.p_type != PT_LOAD && segment.p_type != PT_NOTE) continue;
    if (segment.p_offset > bytes.size() || segment.p_filesz > bytes.size() - segment.p_offset)
      throw UserError("it is cut off: a segment passes the end of the file");
    if (segment.p_type == PT_NOTE && stamp.empty()) stamp = find_note(bytes, segment);
  }
  if (stamp.empty())
    throw UserError(
        "it is a shared library, but no plugin of strata: it has no stamp (plugins are "
        "built with strata_add_plugin)");
  return stamp;
}

std::string stamp_difference(const std::string& plugin, const std::string& own) {
  const auto theirs = parse_stamp(plugin);
  std::string text;
  for (const auto& [key, value] : parse_stamp(own)) {
    const auto it = theirs.find(key);
    const std::string their = it == theirs.end() ? "unknown" : it->second;
    if (their == value) continue;
    text +=
        fmt::format("{}{} {}, and this strata has {}", text.empty() ? "" : "; ", key, their, value);
  }
  return text;
}

}  // namespace strata
