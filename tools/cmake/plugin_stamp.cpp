// Compiled into every plugin library by strata_add_plugin: the note that strata reads before it
// opens the library.
#include <string>  // defines what the stamp says of the C++ library

#include "strata/registry/stamp.hpp"

namespace {

struct Note {
  unsigned owner_size, text_size, type;
  char owner[8];  // a multiple of four
  char text[(sizeof(STRATA_STAMP) + 3) / 4 * 4];
};

__attribute__((section(".note.strata"), used, aligned(4))) const Note note = {
    sizeof(strata::stamp_owner), sizeof(Note::text), strata::stamp_type, "strata", STRATA_STAMP};

}  // namespace
